/// The room on an installation's disks, and the parts of the installation that take it.
package struct StorageReport: Sendable, Equatable {
    /// A file system that the gateway writes to.
    package struct Disk: Sendable, Equatable {
        /// The first of the installation's parts that is on it; nil: the data directory itself.
        package var part: DataPart?
        /// The folder of that part.
        package var path: String
        package var space: DiskSpace
        package var level: DiskLevel

        package init(part: DataPart? = nil, path: String, space: DiskSpace, level: DiskLevel) {
            self.part = part
            self.path = path
            self.space = space
            self.level = level
        }

        package init(_ measured: StorageMeter.Measured, level: DiskLevel) {
            self.init(part: measured.part, path: measured.path, space: measured.space, level: level)
        }
    }

    /// A part of the installation's data.
    package struct Part: Sendable, Equatable {
        package var part: DataPart
        package var bytes: Int

        package init(_ part: DataPart, bytes: Int) {
            self.part = part
            self.bytes = bytes
        }
    }

    /// The disk of the data directory comes first.
    package var disks: [Disk]
    /// The parts that exist; empty until they are measured.
    package var parts: [Part]
    /// Bytes inside the database's file that hold nothing, for new rows; nil while they are not measured, and when the database is on a server.
    package var databaseFree: Int?

    package init(disks: [Disk] = [], parts: [Part] = [], databaseFree: Int? = nil) {
        self.disks = disks
        self.parts = parts
        self.databaseFree = databaseFree
    }

    /// The worst level of all disks.
    package var level: DiskLevel { disks.map(\.level).max() ?? .ok }
}
