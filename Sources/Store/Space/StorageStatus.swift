internal import Synchronization

/// The latest measurement of the room on the disks. Any thread may read it.
package final class StorageStatus: Sendable {
    private let latest = Mutex(StorageReport())

    package init() {}

    package var report: StorageReport { latest.withLock { $0 } }

    /// Notes the disks.
    package func note(_ disks: [StorageReport.Disk]) { latest.withLock { $0.disks = disks } }

    /// Notes the parts of the data.
    package func note(_ parts: [StorageReport.Part], databaseFree: Int?) {
        latest.withLock { report in
            report.parts = parts
            report.databaseFree = databaseFree
        }
    }
}
