package import Dispatch
internal import FoundationEssentials
internal import Glibc
package import Net
internal import Store

/// The folder for uploads that are being worked on. A file is deleted with its last user, and at the latest at the next start.
package final class Spool: Sendable {
    package let directory: String
    /// Queue for the disk work of all uploads, because a loop must not wait for the disk.
    package let queue = DispatchQueue(label: "harken.spool", qos: .utility, attributes: .concurrent)
    /// Limits of the disk space for uploads.
    package let budget: DiskBudget

    /// - Parameters:
    ///   - descriptors: budget of which each upload takes what it needs.
    ///   - keepsFiles: true if another process may work on files in the folder, so that none is removed now.
    package init(directory: String, limits: DiskLimits = DiskLimits(), descriptors: DescriptorBudget = DescriptorBudget(), keepsFiles: Bool = false)
        throws
    {
        self.directory = directory
        budget = DiskBudget(limits: limits, descriptors: descriptors) { DiskSpace(of: directory) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard !keepsFiles else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasSuffix(".upload") {
            unlink(directory + "/" + name)
        }
    }

    package func path(for id: String) -> String { directory + "/" + id + ".upload" }
}
