internal import CAVFormat
#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The source of libav's bytes. Owns the AVIOContext.
final class MediaInput {
    let context: UnsafeMutablePointer<AVIOContext>
    /// Descriptor of an open file; nil for streams.
    private let descriptor: Int32?
    /// The bytes of a stream, kept alive for libav's callback; nil for files.
    private let stream: StreamBytes?

    /// True if a task opens the input: reads of a pipe then end when the task is cancelled. Threads without a task just read, because sandboxes permit
    /// no `poll`.
    private static var isInTask: Bool { withUnsafeCurrentTask { $0 != nil } }

    /// Opens a file or a pipe. libav's addresses, lists and device protocols are never used.
    convenience init(path: String) throws(MediaError) {
        // A pipe that nobody writes yet would block here, also when the task is cancelled. The flag means nothing to a plain file.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | (MediaInput.isInTask ? O_NONBLOCK : 0))
        let code = errno
        guard descriptor >= 0 else { throw .opening("the file cannot be opened: \(LibAV.text(of: harken_av_error(code)))", code) }
        try self.init(descriptor: descriptor)
    }

    /// Takes an open file; `deinit` closes it.
    init(descriptor: Int32) throws(MediaError) {
        let size = 32_768
        let made = av_malloc(size).flatMap { buffer in
            avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), Int32(size), 0, UnsafeMutableRawPointer(bitPattern: Int(descriptor) + 1), readFromFile,
                nil, seekInFile)
        }
        guard let made else {
            close(descriptor)
            throw .outOfMemory
        }
        if lseek(descriptor, 0, SEEK_CUR) < 0 {
            // A pipe gives each byte only once, so libav must not seek.
            made.pointee.seekable = 0
            if MediaInput.isInTask { made.pointee.read_packet = waitAndRead }
        }
        context = made
        self.descriptor = descriptor
        stream = nil
    }

    /// Reads bytes from a pipe as they come, without seeking.
    init(pipe: BytePipe) throws(MediaError) {
        let size = 4096, stream = StreamBytes(pipe)
        let made = av_malloc(size).flatMap { buffer in
            avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), Int32(size), 0, Unmanaged.passUnretained(stream).toOpaque(), readFromPipe, nil, nil)
        }
        guard let made else { throw .outOfMemory }
        context = made
        descriptor = nil
        self.stream = stream
    }

    deinit {
        var context: UnsafeMutablePointer<AVIOContext>? = context
        av_free(context?.pointee.buffer)
        avio_context_free(&context)
        if let descriptor { close(descriptor) }
    }

    /// True if a read ended because the task was cancelled.
    var isCancelled: Bool { context.pointee.error == harken_av_error(ECANCELED) }

    /// Size of the file in bytes; nil for streams.
    var size: Int64? {
        guard let descriptor else { return nil }
        let size = sizeOfFile(descriptor)
        return size >= 0 ? size : nil
    }

    /// Returns up to `count` bytes of the file from `offset`; none for streams. libav goes on where it was.
    func bytes(at offset: Int64, count: Int) -> [UInt8] {
        guard let descriptor else { return [] }
        // Sandboxes permit `lseek` and `read`, and not `pread`.
        let position = lseek(descriptor, 0, SEEK_CUR)
        guard position >= 0, lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) else { return [] }
        defer { _ = lseek(descriptor, position, SEEK_SET) }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = 0
            while initialized < count, let base = buffer.baseAddress {
                let got = read(descriptor, base + initialized, count - initialized)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return }
                initialized += got
            }
        }
    }

    /// True if a stream's bytes end inside a part of their container, if they end here; false for files, whose sizes tell it.
    var endsInsidePart: Bool { stream?.parts.endsInside ?? false }

    /// Returns the page of Ogg at a place of the file or of the stream; nil when none is known there.
    func oggPage(at place: Int64) -> OggPage? {
        if let stream { return stream.parts.page(at: place) }
        return place >= 0 ? OggPage(bytes(at: place, count: OggPage.headerCount + 255)) : nil
    }

    /// Number of bytes that libav has read.
    var place: Int64 { avio_seek(context, 0, SEEK_CUR) }

    /// Goes back to a page of Ogg that libav's reader has just read. Returns false where a stream does not have it any more.
    ///
    /// The reader keeps a stream's latest page in the buffer, but for the page's mark of four bytes, which is put in front of it again.
    ///
    /// Source: libav's `oggdec.c` (`ogg_read_page`) and `aviobuf.c` (`ffio_ensure_seekback`), read 2026-11-30.
    func goBack(toOggPage place: Int64) -> Bool {
        if avio_seek(context, place, SEEK_SET) == place { return true }
        let mark = Array("OggS".utf8), behind = place + Int64(mark.count)
        guard avio_seek(context, behind, SEEK_SET) == behind, let start = context.pointee.buffer, let next = context.pointee.buf_ptr,
            let end = context.pointee.buf_end
        else { return false }
        let missing = mark.count - (next - start)
        guard missing > 0, end - start + missing <= Int(context.pointee.buffer_size) else { return false }
        memmove(start + missing, start, end - start)
        for index in 0..<missing { start[index] = mark[index] }
        context.pointee.buf_ptr = start
        context.pointee.buf_end = end + missing
        return true
    }

    /// Goes back to the file's start, so that it can be opened again. Returns false for streams, which give each byte only once.
    func rewind() -> Bool {
        guard descriptor != nil, context.pointee.seekable != 0 else { return false }
        return avio_seek(context, 0, SEEK_SET) >= 0
    }
}

/// The bytes of a stream on their way to libav, and the parts that they consist of. Used on the decoding thread only.
private final class StreamBytes {
    private let pipe: BytePipe
    private(set) var parts = StreamParts()

    init(_ pipe: BytePipe) { self.pipe = pipe }

    /// Waits for at least one byte and returns the number of bytes read; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = pipe.read(into: buffer)
        parts.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return count
    }
}

/// Returns the descriptor in a callback's context. The context is the descriptor plus one, because 0 would be a null pointer.
private func number(of opaque: UnsafeMutableRawPointer?) -> Int32 { Int32(Int(bitPattern: opaque) - 1) }

/// Returns the size of a file in bytes, by `lseek` alone, which sandboxes permit; negative for descriptors without a size.
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

/// libav's read callback for what may be silent for long: pipes and terminals. Waits for bytes, and ends with an error when the task is cancelled.
private func waitAndRead(_ opaque: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ size: Int32) -> Int32 {
    while InterruptibleWait.untilReadable(number(of: opaque)) {
        let count = readFromFile(opaque, buffer, size)
        // Another process may have read what was there.
        if count != harken_av_again() { return count }
    }
    return harken_av_error(ECANCELED)
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

/// libav's read callback for pipes: waits for bytes.
private func readFromPipe(_ opaque: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ size: Int32) -> Int32 {
    guard let opaque, let buffer, size > 0 else { return harken_av_end() }
    let stream = Unmanaged<StreamBytes>.fromOpaque(opaque).takeUnretainedValue()
    let count = stream.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)))
    return count > 0 ? Int32(count) : harken_av_end()
}
