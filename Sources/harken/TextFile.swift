import Audio
import Glibc
import Net

/// A small file, such as a text that people write.
enum TextFile {
    /// Returns the beginning of the file as text; nil when it cannot be read, with the reason in `errno`.
    ///
    /// - Parameter limit: maximum number of bytes to read.
    static func read(_ path: String, most limit: Int = 1 << 20) -> String? { bytes(path, most: limit).map { String(decoding: $0, as: UTF8.self) } }

    /// Returns the first bytes of the file; nil when it cannot be read, with the reason in `errno`. A pipe is read to its end; the cancellation of the task
    /// ends the wait for it.
    ///
    /// - Parameter limit: maximum number of bytes to read.
    static func bytes(_ path: String, most limit: Int) -> [UInt8]? {
        // A pipe that nobody writes yet would block here.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let content = Self.content(of: descriptor, most: limit)
        close(descriptor)
        switch content {
        case .success(let bytes): return bytes
        case .failure(let error):
            // Set behind `close`, which may change it.
            errno = error.code
            return nil
        }
    }

    private static func content(of descriptor: Int32, most limit: Int) -> Result<[UInt8], SystemError> {
        var information = stat()
        let isPlain = fstat(descriptor, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        var bytes: [UInt8] = []
        var isEnd = false
        while !isEnd, bytes.count < limit {
            guard isPlain || InterruptibleWait.untilReadable(descriptor) else { return .failure(SystemError(call: "poll", code: EINTR)) }
            var code: Int32 = 0
            let wanted = min(limit - bytes.count, 1 << 18)
            bytes.append(addingCapacity: wanted) { span in
                span.withUnsafeMutableBufferPointer { buffer, count in
                    let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), wanted)
                    code = got < 0 ? errno : 0
                    isEnd = got == 0
                    count += max(0, got)
                }
            }
            guard code == 0 || code == EINTR || code == EAGAIN else { return .failure(SystemError(call: "read", code: code)) }
        }
        return .success(bytes)
    }
}
