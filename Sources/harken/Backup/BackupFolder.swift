import Framing
import Glibc
import Sessions
import Speech
import Store

/// A copy of an installation's data, as it lies in an archive: a manifest, and the files of the data directory in a folder.
struct BackupFolder {
    /// The name of the folder in an archive.
    static let name = "harken-backup"
    private static let manifestName = "harken-backup.json"
    /// Folders of blobs. A blob does not change once it has its name.
    private static let blobs = ["audio", "transcripts", "uploads", "results"]
    /// Files next to the database.
    private static let files = ["secret", "evaluations.jsonl"]
    static let database = "harken.db"

    /// All names that a restore puts into a data directory, in the order in which it does. The rows' copy has the marker of keys with the database.
    static let names = blobs + files + ["keys-exist", database]

    let path: String

    private var data: String { path + "/data" }
    /// Names of the data that is not moved to its place.
    var waiting: [String] { FileTree.names(in: data) }
    private var manifest: String { path + "/" + Self.manifestName }

    /// Copies the data, as it is at one moment, while a gateway works on it.
    func fill(from directory: DataDirectory, _ progress: ArchiveProgress) async throws {
        // A backup that root makes can be killed: then the gateway's user deletes the copy.
        try FileTree.makeFolder(data, keepsOwner: true)
        // Rows refer to blobs. Blobs that are deleted after the first look are kept by it; those that are made before the rows are copied are found by
        // the second look.
        progress.show("copying the files")
        try copyBlobs(of: directory)
        let copy = try DataDirectory(creating: data), path = copy.database
        try await progress.watch("copying the database", of: FileTree.byteCount(of: directory.database), written: { FileTree.byteCount(of: path) }) {
            try SQLiteInstallation.copyRows(of: directory, to: copy)
        }
        try copyBlobs(of: directory)
        for name in Self.files { try FileTree.copy(directory.path + "/" + name, to: data + "/" + name) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("harken", Version.current)
        writer.member("created_at", UnixTime.now.rfc3339)
        writer.key("files")
        let report = progress.counter("checksums", of: FileTree.byteCount(of: data))
        try FileManifest(of: data, report: report).write(to: &writer)
        writer.endObject()
        try OutputFile.write(writer.text + "\n", to: manifest, standard: .output)
    }

    private func copyBlobs(of directory: DataDirectory) throws {
        for folder in Self.blobs {
            let source = directory.path + "/" + folder
            for name in FileTree.files(below: source) where !name.hasPrefix(".") && !name.contains("/.") {
                let target = data + "/" + folder + "/" + name
                try FileTree.makeFolder(FileTree.folder(of: target), keepsOwner: true)
                try FileTree.duplicate(source + "/" + name, to: target)
            }
        }
    }

    /// Compares the files with the manifest, and brings the database up to this version. The files are on the disk afterwards, for their owner only.
    ///
    /// - Returns: the version of Harken that made the copy.
    func check(of archive: String, _ progress: ArchiveProgress) async throws -> String {
        guard let text = TextFile.read(manifest, most: 1 << 30), let document = try? JSONDocument(parsing: Array(text.utf8), sizeLimit: 1 << 30),
            let version = document.root["harken"].string, let list = FileManifest(document.root["files"])
        else { throw ArchiveError("\(archive) is not a backup of harken: it has no \(Self.manifestName) that can be read") }
        let report = progress.counter("comparing the checksums", of: list.byteCount)
        if let problem = list.problems(in: data, readsAll: true, report: report).first { throw ArchiveError("\(archive) is not used: \(problem)") }
        if let file = list.unlisted(in: data).first {
            throw ArchiveError("\(archive) is not used: its manifest does not name \(file), which no backup of harken put there")
        }
        if let file = list.files.map(\.path).first(where: { path in !Self.names.contains { path == $0 || path.hasPrefix($0 + "/") } }) {
            throw ArchiveError("\(archive) is not used: it has \(file), which no backup of this version of harken has")
        }
        progress.show("writing to the disk")
        for file in list.files { try FileTree.settle(data + "/" + file.path) }
        guard let directory = try DataDirectory(existing: data) else {
            throw ArchiveError("\(archive) is not a backup of harken: it has no database")
        }
        progress.show("checking the database")
        do throws(StoreError) {
            let installation = try SQLiteInstallation(in: directory, checkTime: .seconds(3_600)) { work in
                progress.show("bringing the database up to date, step \(work.place): \(work.work)")
            }
            try await installation.settle()
        } catch {
            guard case .newerSchema = error else { throw error }
            throw ArchiveError(
                "\(archive) was made by harken \(version), which is newer than this one (\(Version.current)); restore it with that version")
        }
        return version
    }

    /// Moves the data to its place, the database last. Afterwards it survives a power cut.
    func move(to directory: DataDirectory) throws(FileTreeError) {
        for folder in Self.blobs where access(data + "/" + folder, F_OK) == 0 { try FileTree.syncFolder(of: data + "/" + folder + "/.") }
        for name in Self.names where name == Self.database || access(data + "/" + name, F_OK) == 0 {
            // A database without its secret and audio would be taken for all of the data.
            if name == Self.database { try FileTree.syncFolder(of: directory.database) }
            let target = directory.path + "/" + name
            // Another command may have made it since the directory was empty.
            guard access(target, F_OK) != 0 else { throw FileTreeError("write", target, code: EEXIST) }
            guard rename(data + "/" + name, target) == 0 else { throw FileTreeError("write", target) }
        }
        try FileTree.syncFolder(of: directory.database)
    }
}
