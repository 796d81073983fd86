internal import CAVFormat

/// Where libav gets its bytes from. Owns the AVIOContext.
final class MediaInput {
    let context: UnsafeMutablePointer<AVIOContext>
    private let isFile: Bool
    /// Kept alive for libav's callback.
    private let pipe: BytePipe?

    /// Only libav's own reader of plain files: no address, list or device protocol is ever consulted.
    init(path: String) throws(MediaError) {
        var context: UnsafeMutablePointer<AVIOContext>?
        var options: OpaquePointer?
        av_dict_set(&options, "protocol_whitelist", "file", 0)
        defer { av_dict_free(&options) }
        let code = avio_open2(&context, "file:" + path, AVIO_FLAG_READ, nil, &options)
        guard code >= 0, let context else { throw .unreadable("the file cannot be opened: \(LibAV.text(of: code))") }
        self.context = context
        isFile = true
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
        isFile = false
        self.pipe = pipe
    }

    deinit {
        var context: UnsafeMutablePointer<AVIOContext>? = context
        if isFile {
            avio_closep(&context)
        } else {
            av_free(context?.pointee.buffer)
            avio_context_free(&context)
        }
    }

    /// Bytes in all; nil for streams.
    var size: Int64? {
        let size = avio_size(context)
        return isFile && size >= 0 ? size : nil
    }
}

/// libav's read callback: waits for bytes.
private func readFromPipe(_ opaque: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<UInt8>?, _ size: Int32) -> Int32 {
    guard let opaque, let buffer, size > 0 else { return harken_av_end() }
    let pipe = Unmanaged<BytePipe>.fromOpaque(opaque).takeUnretainedValue()
    let count = pipe.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)))
    return count > 0 ? Int32(count) : harken_av_end()
}
