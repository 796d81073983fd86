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
    private static let draftName = ".restore.draft"

    /// The remains of a killed restore in a data directory.
    enum Remains {
        /// Only a part of the data, without the database.
        case part
        /// All of the data: only the restore's own folder is to be deleted.
        case folder
    }

    /// Returns what a restore that was killed has left in a data directory; nil: nothing.
    static func remains(in path: String) -> Remains? {
        guard access(path + "/" + draftName, F_OK) == 0 else { return nil }
        return access(path + "/harken.db", F_OK) == 0 ? .folder : .part
    }

    /// Deletes the folder that a restore has left whose data is complete.
    static func removeFolder(in path: String) { FileTree.delete(path + "/" + draftName) }

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
            if let remains = Self.remains(in: path) {
                // A part is all from a restore that was killed, which began in an empty directory. Its folder goes last, because it tells.
                let names = remains == .part ? FileTree.names(in: path).filter { $0 != Self.lockName && $0 != Self.draftName } : []
                for name in names { FileTree.delete(path + "/" + name) }
                Self.removeFolder(in: path)
            }
            if let name = FileTree.names(in: path).first(where: { $0 != Self.lockName }) {
                throw ArchiveError("\(path) is not empty: it has \(name); move its content away, or give another directory with --data")
            }
            var information = stat()
            guard stat(path, &information) == 0 else { throw FileTreeError("read", path) }
            let draft = path + "/" + Self.draftName
            defer { FileTree.delete(draft) }
            let mask = umask(0o077)
            defer { umask(mask) }
            try FileTree.makeFolder(draft)
            _ = try await TarArchive(path: file, name: file).unpack(into: draft)
            let folder = BackupFolder(path: draft + "/" + BackupFolder.name)
            let version = try await folder.check(of: file)
            // The owner of the directory is the gateway's user; root may restore for that user.
            if geteuid() == 0 { FileTree.give(folder.path, to: information.st_uid, information.st_gid) }
            try folder.move(to: directory)
            if geteuid() == 0 { FileTree.give(path + "/" + Self.lockName, to: information.st_uid, information.st_gid) }
            withExtendedLifetime(claim) {}
            context.note("\(path) has the data of \(file), which harken \(version) made")
        }
    }
}
