internal import Glibc

/// Measures the disks of an installation and the parts of its data. All methods block.
package struct StorageMeter: Sendable {
    private let directory: DataDirectory
    /// Path of the folder of the local engine's models; nil: not measured.
    private let models: String?
    private let space: @Sendable (String) -> DiskSpace?
    private let device: @Sendable (String) -> UInt?

    /// - Parameters:
    ///   - space: returns the space of a folder's file system; nil: unknown.
    ///   - device: returns the number of a folder's file system; nil when there is no such folder.
    package init(
        of directory: DataDirectory, models: String?, space: @escaping @Sendable (String) -> DiskSpace? = { DiskSpace(of: $0) },
        device: @escaping @Sendable (String) -> UInt? = Self.device
    ) {
        self.directory = directory
        self.models = models
        self.space = space
        self.device = device
    }

    /// A file system's space, and the first of the installation's folders on it. The data directory is not a part.
    package typealias Measured = (part: DataPart?, path: String, space: DiskSpace)

    /// Returns the file systems that the gateway writes to, each once.
    package func disks() -> [Measured] {
        var known: Set<UInt> = []
        let folders = DataPart.allCases.filter { $0 != .models }.compactMap { part in folder(of: part).map { (part: DataPart?.some(part), path: $0) }
        }
        return ([(part: nil, path: directory.path)] + folders).compactMap { folder in
            guard let device = device(folder.path), known.insert(device).inserted, let space = space(folder.path) else { return nil }
            return (folder.part, folder.path, space)
        }
    }

    /// Returns the sizes of the parts that exist, and the bytes in the database's file that hold nothing; nil when there is no such file.
    package func parts() -> (parts: [StorageReport.Part], databaseFree: Int?) {
        // A database that cannot be read is told elsewhere.
        let database = try? DatabaseSize.read(directory)
        let parts = DataPart.allCases.compactMap { part in
            let bytes = part == .database ? database?.bytes : folder(of: part).flatMap(FolderSize.bytes)
            return bytes.map { StorageReport.Part(part, bytes: $0) }
        }
        return (parts, database?.free)
    }

    /// Measures everything, and judges each disk by this measurement alone.
    package func report() -> StorageReport {
        let (parts, databaseFree) = parts()
        let disks = disks().map { StorageReport.Disk($0, level: DiskLevel(of: $0.space)) }
        return StorageReport(disks: disks, parts: parts, databaseFree: databaseFree)
    }

    /// Returns the folder that holds a part; nil when the part has no folder of its own.
    private func folder(of part: DataPart) -> String? {
        switch part {
        case .database: nil
        case .audio: directory.audio
        case .transcripts: directory.transcripts
        case .uploads: directory.uploads
        case .results: directory.results
        case .journal: directory.journal
        case .spool: directory.spool
        case .recorder: directory.recorder
        case .models: models
        }
    }

    /// Asks the kernel for the number of a folder's file system.
    package static let device: @Sendable (String) -> UInt? = { path in
        var information = stat()
        return stat(path, &information) == 0 ? UInt(information.st_dev) : nil
    }
}
