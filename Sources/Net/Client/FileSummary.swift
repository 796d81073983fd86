import Glibc

/// What is to be known of a file before it is sent.
package struct FileSummary: Sendable {
    package let byteCount: Int
    /// At most 64.
    package let firstBytes: [UInt8]

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
    }
}
