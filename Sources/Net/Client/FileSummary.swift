import Glibc

/// The facts about a file that are needed before the file is sent.
package struct FileSummary: Sendable {
    /// Identifies a file and its content. Another file has another version, and so has the same file after a write.
    package struct Version: Hashable, Sendable {
        fileprivate let device: UInt
        fileprivate let node: UInt
        fileprivate let byteCount: Int
        fileprivate let seconds: Int
        fileprivate let nanoseconds: Int
    }

    package let byteCount: Int
    /// The first bytes of the file, at most 64.
    package let firstBytes: [UInt8]
    package let version: Version

    package init(path: String) throws(HTTPClientError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: path, SystemError(call: "open")) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(path: path, SystemError(call: "fstat")) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .file(path: path, SystemError(call: "read")) }
        byteCount = Int(status.st_size)
        firstBytes = Array(bytes.prefix(count))
        version = Version(
            device: UInt(status.st_dev), node: UInt(status.st_ino), byteCount: Int(status.st_size), seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
    }
}
