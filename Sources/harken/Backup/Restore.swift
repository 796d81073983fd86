import Glibc
import Store

struct Restore: Command {
    static let description = CommandDescription(
        name: "restore", summary: "Restore stored data from a file that harken backup made.",
        discussion: """
            The data directory must have no data, and no gateway may run on it. Everything in the file is compared with its checksums before anything is \
            restored. A backup of an older version is brought up to this version; one of a newer version is refused.
            """,
        operands: .init(placeholder: "FILE", help: "The backup.", count: 1...1), options: [DataOption.option])

    private static let lockName = "gateway.lock"
    // The folder's name tells how far the restore has come. The content of the directory does not: other commands make a database too.
    /// The restore's folder while nothing is in its place yet.
    private static let draftName = ".restore.draft"
    /// The restore's folder while the data is moved into place.
    private static let movingName = ".restoring.draft"
    /// The restore's folder when all of the data is in its place.
    private static let movedName = ".restored.draft"

    /// The remains of a killed restore in a data directory.
    enum Remains {
        /// Only a part of the data, or nothing.
        case part
        /// All of the data: only the restore's own folder is to be deleted.
        case folder
    }

    /// Returns what a restore that was killed has left in a data directory; nil: nothing.
    static func remains(in path: String) -> Remains? {
        func has(_ name: String) -> Bool { access(path + "/" + name, F_OK) == 0 }
        if has(movedName) || has(movingName) && isAllMoved(in: path) { return .folder }
        return has(draftName) || has(movingName) ? .part : nil
    }

    /// Returns true if nothing waits any more in the folder of a restore that was killed while it moved the data: the database is moved last.
    private static func isAllMoved(in path: String) -> Bool {
        access(path + "/" + BackupFolder.database, F_OK) == 0 && BackupFolder(path: path + "/" + movingName + "/" + BackupFolder.name).waiting.isEmpty
    }

    /// Deletes the folder that a restore has left whose data is complete.
    static func removeFolder(in path: String) {
        FileTree.delete(path + "/" + movedName)
        if isAllMoved(in: path) { FileTree.delete(path + "/" + movingName) }
    }

    /// Moves the checked data of the restore's folder into place.
    ///
    /// - Throws: `ArchiveError` when a move fails. The folder stays then, because it tells that the directory has a part only.
    static func place(in directory: DataDirectory) throws {
        let path = directory.path
        try rename(draftName, to: movingName, in: path)
        do throws(FileTreeError) {
            try BackupFolder(path: path + "/" + movingName + "/" + BackupFolder.name).move(to: directory)
            try rename(movingName, to: movedName, in: path)
        } catch {
            // Only the last sync has failed.
            guard remains(in: path) != .folder else {
                throw ArchiveError("\(error); \(path) has all of the data, but a power cut may take some: sync the disk before you use it")
            }
            throw ArchiveError("\(error); \(path) has a part of the data only: repeat the restore when the reason is gone")
        }
        removeFolder(in: path)
    }

    /// Gives the restore's folder its next name, which survives a power cut once this returns.
    private static func rename(_ name: String, to next: String, in path: String) throws(FileTreeError) {
        guard Glibc.rename(path + "/" + name, path + "/" + next) == 0 else { throw FileTreeError("rename", path + "/" + name) }
        try FileTree.syncFolder(of: path + "/" + next)
    }

    /// Deletes what a restore that was killed has left, if the directory has nothing else but the lock.
    ///
    /// - Throws: `ArchiveError` when the directory has anything that the restore has not put there. Nothing of a part is deleted then.
    static func clear(_ path: String) throws {
        removeFolder(in: path)
        let moving = path + "/" + movingName, isMoving = access(moving, F_OK) == 0
        // The restore began in an empty directory. What still waits in its folder was not moved: another command has made what has that name here.
        let own = isMoving ? Set(BackupFolder.names).subtracting(BackupFolder(path: moving + "/" + BackupFolder.name).waiting) : []
        let names = FileTree.names(in: path).filter { ![lockName, draftName, movingName].contains($0) }
        if let name = names.first(where: { !own.contains($0) }) {
            throw ArchiveError("\(path) is not empty: it has \(name); move its content away, or give another directory with --data")
        }
        for name in names where !FileTree.delete(path + "/" + name) { throw FileTreeError("delete", path + "/" + name) }
        // Nothing is in its place any more, and the folder says so before its content goes.
        if isMoving { try rename(movingName, to: draftName, in: path) }
        guard FileTree.delete(path + "/" + draftName) else { throw FileTreeError("delete", path + "/" + draftName) }
    }

    private let file: String
    private let path: String
    private let database: PostgresAddress?

    init(_ arguments: Arguments) throws(UsageError) {
        file = arguments.operands.joined()
        path = try DataOption.path(arguments)
        database = try DataOption.database(arguments)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            if let database { throw ArchiveError("the data is in \(database): restore that with pg_restore, or unset HARKEN_DATABASE_URL") }
            if let problem = FileIdentity.problem(path: file) { throw ArchiveError("\(file): \(problem)") }
            let directory = try DataDirectory(creating: path)
            guard let claim = try directory.claim() else {
                throw ArchiveError("a gateway runs on \(path); stop it, and restore into an empty directory")
            }
            try Self.clear(path)
            let draft = path + "/" + Self.draftName
            // The folder has another name by the time at which the directory may have a part.
            defer { FileTree.delete(draft) }
            let mask = umask(0o077)
            defer { umask(mask) }
            try FileTree.makeFolder(draft)
            let progress = ArchiveProgress(file, in: context)
            defer { progress.line.clear() }
            let folder = BackupFolder(path: draft + "/" + BackupFolder.name)
            let version = try await Self.unpack(file, into: draft, folder, progress)
            // The owner of the directory is the gateway's user; root may restore for that user.
            if let owner = DirectoryOwner(of: path) {
                for name in [Self.draftName, Self.lockName] { FileTree.give(path + "/" + name, to: owner) }
            }
            try Self.place(in: directory)
            withExtendedLifetime(claim) {}
            progress.line.clear()
            context.note("\(path) has the data of \(file), which harken \(version) made")
        }
    }

    /// Unpacks and checks a backup.
    ///
    /// - Returns: the version of Harken that made the backup.
    private static func unpack(_ file: String, into draft: String, _ folder: BackupFolder, _ progress: ArchiveProgress) async throws -> String {
        let archive = TarArchive(path: file, name: file)
        progress.show("reading the list of the files")
        let entries = try await archive.entries()
        try await progress.watch("unpacking", of: entries.byteCount, written: { FileTree.byteCount(of: draft) }) {
            try await archive.extract(entries, into: draft)
        }
        return try await folder.check(of: file, progress)
    }
}
