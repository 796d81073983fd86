import Framing
import Glibc
import Net

/// Checksums of files.
enum FileDigest {
    /// Returns the SHA-256 digest of a file's content, in hexadecimal digits.
    ///
    /// - Parameter report: called with the number of bytes of each piece that was read.
    static func sha256(_ path: String, report: (Int) -> Void = { _ in }) throws(FileTreeError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileTreeError("read", path) }
        defer { close(descriptor) }
        var sha = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileTreeError("read", path) }
            if count == 0 { return sha.finish().hexadecimal }
            sha.update(buffer.span.extracting(first: count).bytes)
            report(count)
        }
    }
}
