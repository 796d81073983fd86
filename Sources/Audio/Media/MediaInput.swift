internal import CAVFormat
#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Where libav gets its bytes from. Owns the AVIOContext.
final class MediaInput {
    let context: UnsafeMutablePointer<AVIOContext>
    /// An open file; nil for streams.
    private let descriptor: Int32?
    /// Kept alive for libav's callback.
    private let pipe: BytePipe?

    /// Opens a plain file: no address, list or device protocol of libav's is ever consulted.
    convenience init(path: String) throws(MediaError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable("the file cannot be opened: \(LibAV.text(of: harken_av_error(errno)))") }
        try self.init(descriptor: descriptor)
    }

    /// Takes an open file, and closes it at the end.
    init(descriptor: Int32) throws(MediaError) {
        let size = 32_768
        let made = av_malloc(size).flatMap { buffer in
            avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), Int32(size), 0, UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1), readFromFile,
                nil, seekInFile)
        }
        guard let made else {
            close(descriptor)
            throw .unreadable("out of memory")
        }
        // A pipe gives each byte once.
        if lseek(descriptor, 0, SEEK_CUR) < 0 { made.pointee.seekable = 0 }
        context = made
        self.descriptor = descriptor
        pipe = nil
    }

    /// Bytes as they come; no seeking.
    init(pipe: BytePipe) throws(MediaError) {
        let size = 4096
        let made = av_malloc(size).flatMap { buffer in
            avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), Int32(size), 0, Unmanaged.passUnretained(pipe).toOpaque(), readFromPipe, nil, nil)
        }
        guard let made else { throw .unreadable("out of memory") }
        context = made
        descriptor = nil
        self.pipe = pipe
    }

    deinit {
        var context: UnsafeMutablePointer<AVIOContext>? = context
        av_free(context?.pointee.buffer)
        avio_context_free(&context)
        if let descriptor { close(descriptor) }
    }

    /// Bytes in all; nil for streams.
    var size: Int64? {
        guard let descriptor else { return nil }
        let size = sizeOfFile(descriptor)
        return size >= 0 ? size : nil
    }
}

/// The descriptor that a callback's context carries: one more than it, because 0 would be no pointer.
private func number(of opaque: UnsafeMutableRawPointer?) -> Int32 { Int32(Int(bitPattern: opaque) - 1) }

/// The size in bytes, by `lseek` alone, which a sandbox leaves; negative for what has none.
private func sizeOfFile(_ descriptor: Int32) -> Int64 {
    let position = lseek(descriptor, 0, SEEK_CUR)
    guard position >= 0 else { return -1 }
    let size = lseek(descriptor, 0, SEEK_END)
    return lseek(descriptor, position, SEEK_SET) == position ? Int64(size) : -1
}

/// libav's read callback for files.
private func readFromFile(_ opaque: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ size: Int32) -> Int32 {
    guard let buffer, size > 0 else { return harken_av_end() }
    while true {
        let count = read(number(of: opaque), buffer, Int(size))
        if count > 0 { return Int32(count) }
        if count == 0 { return harken_av_end() }
        if errno != EINTR { return harken_av_error(errno) }
    }
}

/// libav's seek callback for files.
private func seekInFile(_ opaque: UnsafeMutableRawPointer?, _ offset: Int64, _ whence: Int32) -> Int64 {
    let descriptor = number(of: opaque)
    if whence & AVSEEK_SIZE != 0 {
        let size = sizeOfFile(descriptor)
        return size >= 0 ? size : Int64(harken_av_error(ENOSYS))
    }
    let position = lseek(descriptor, off_t(offset), whence & ~AVSEEK_FORCE)
    return position >= 0 ? Int64(position) : Int64(harken_av_error(errno))
}

/// libav's read callback: waits for bytes.
private func readFromPipe(_ opaque: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ size: Int32) -> Int32 {
    guard let opaque, let buffer, size > 0 else { return harken_av_end() }
    let pipe = Unmanaged<BytePipe>.fromOpaque(opaque).takeUnretainedValue()
    let count = pipe.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)))
    return count > 0 ? Int32(count) : harken_av_end()
}
