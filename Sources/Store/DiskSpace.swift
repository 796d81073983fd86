internal import Glibc

/// The space of a file system, in bytes.
package struct DiskSpace: Sendable, Equatable {
    /// Number of bytes that this process may still write.
    package var free: Int
    /// Size of the whole file system.
    package var total: Int

    package init(free: Int, total: Int) {
        self.free = free
        self.total = total
    }

    /// Asks the kernel; nil when the kernel does not know, for example for a file system without a size.
    package init?(of directory: String) {
        var answer = statvfs()
        guard statvfs(directory, &answer) == 0, answer.f_blocks > 0 else { return nil }
        let unit = Int(clamping: answer.f_frsize)
        func bytes(_ blocks: UInt) -> Int {
            let (bytes, isTooMany) = Int(clamping: blocks).multipliedReportingOverflow(by: unit)
            return isTooMany ? .max : bytes
        }
        free = bytes(answer.f_bavail)
        total = bytes(answer.f_blocks)
    }
}
