import Glibc

/// A small file, such as a text that people write.
enum TextFile {
    /// Returns the beginning of the file as text; nil when it cannot be read, with the reason in `errno`.
    ///
    /// - Parameter limit: maximum number of bytes to read.
    static func read(_ path: String, most limit: Int = 1 << 20) -> String? { bytes(path, most: limit).map { String(decoding: $0, as: UTF8.self) } }

    /// Returns the first bytes of the file; nil when it cannot be read, with the reason in `errno`.
    ///
    /// - Parameter limit: maximum number of bytes to read.
    static func bytes(_ path: String, most limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var isEnd = false
        while !isEnd, bytes.count < limit {
            var failed = false
            let wanted = min(limit - bytes.count, 1 << 18)
            bytes.append(addingCapacity: wanted) { span in
                span.withUnsafeMutableBufferPointer { buffer, count in
                    let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), wanted)
                    (failed, isEnd) = (got < 0, got == 0)
                    count += max(0, got)
                }
            }
            if failed { return nil }
        }
        return bytes
    }
}
