internal import Glibc

/// The space of a file system, in bytes.
struct DiskSpace: Sendable, Equatable {
    /// Bytes that this process may still write.
    var free: Int
    /// Size of the whole file system.
    var total: Int

    init(free: Int, total: Int) {
        self.free = free
        self.total = total
    }

    /// Asks the kernel; nil when it does not know.
    init?(of directory: String) {
        var answer = statvfs()
        guard statvfs(directory, &answer) == 0 else { return nil }
        let unit = Int(clamping: answer.f_frsize)
        free = Int(clamping: answer.f_bavail).multipliedReportingOverflow(by: unit).partialValue
        total = Int(clamping: answer.f_blocks).multipliedReportingOverflow(by: unit).partialValue
    }
}
