internal import CSystem
internal import Glibc

/// A file in memory without a name, for bytes that one process hands to another.
package final class MemoryFile: Sendable {
    package let descriptor: Int32

    /// - Parameter name: the name that debuggers show.
    package init(_ bytes: [UInt8], name: String) throws(SystemError) {
        let descriptor = system_memory_file(name)
        guard descriptor >= 0 else { throw SystemError(call: "memfd_create \(name)") }
        self.descriptor = descriptor
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written, off_t(written)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(call: "write \(name)") }
            written += count
        }
    }

    deinit { close(descriptor) }

    /// Returns the bytes of a file in memory that another process has handed over, and closes the descriptor.
    ///
    /// - Parameter limit: maximum number of bytes; a longer file is rejected.
    package static func contents(closing descriptor: Int32, limit: Int) throws(SystemError) -> [UInt8] {
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw SystemError(call: "fstat") }
        guard information.st_size <= limit else { throw SystemError(call: "read", code: EFBIG) }
        var bytes = [UInt8](repeating: 0, count: Int(information.st_size)), read = 0
        while read < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: read), buffer.count - read, off_t(read))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(call: "read") }
            read += count
        }
        return bytes
    }
}
