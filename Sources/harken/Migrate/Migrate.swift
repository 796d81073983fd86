import Glibc
import Store

struct Migrate: Command {
    private enum Kind: String {
        case sqlite, postgres
    }

    private static let from = Option(
        "--from", "KIND", accepts: "sqlite or postgres", words: ["sqlite", "postgres"], "The kind of the database that has the data."
    ) { Kind(rawValue: $0) == nil ? nil : $0 }
    private static let to = Option(
        "--to", "KIND", accepts: "sqlite or postgres", words: ["sqlite", "postgres"], "The kind of the database that gets the data, and is empty."
    ) { Kind(rawValue: $0) == nil ? nil : $0 }

    static let description = CommandDescription(
        name: "migrate", summary: "Copy the database of an installation from SQLite to PostgreSQL, or back.",
        discussion: """
            HARKEN_DATABASE_URL names the PostgreSQL database. No gateway may run on either database. The rows are copied in one transaction, and the \
            checksums of both databases are compared. The database that was copied stays as it is. Audio, uploads, transcripts and the secret stay in \
            the data directory.
            """,
        options: [from, to, DataOption.option])

    /// Folder in which the SQLite database is made.
    private static let draftName = "/.migrate.draft"

    /// Number of times, 200 ms apart, that the database is looked at again before others are said to use it.
    private static let maxLooks = 25

    private let source: Kind
    private let path: String
    private let address: PostgresAddress

    init(_ arguments: Arguments) throws(UsageError) {
        guard let from = try arguments.value(Self.from).flatMap(Kind.init), let to = try arguments.value(Self.to).flatMap(Kind.init), from != to
        else { throw UsageError("give --from sqlite --to postgres, or --from postgres --to sqlite") }
        guard let address = try DataOption.database(arguments) else {
            throw UsageError("HARKEN_DATABASE_URL is not set: it names the PostgreSQL database")
        }
        source = from
        path = try DataOption.path(arguments)
        self.address = address
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context) {
            let directory = try DataDirectory(creating: path)
            guard let claim = try directory.claim() else { throw ArchiveError("a gateway runs on \(path); stop it, then try again") }
            let others = try await Self.others {
                try PostgresDatabase.otherSessions(at: address)
            } pause: {
                try await Task.sleep(for: .milliseconds(200))
            }
            guard others == 0 else {
                throw ArchiveError(
                    "\(others) other \(others == 1 ? "session uses" : "sessions use") \(address) with the same user; stop the gateways that use it, "
                        + "then try again")
            }
            switch source {
            case .sqlite: try await toPostgres(directory, context)
            case .postgres: try await toSQLite(directory, context)
            }
            withExtendedLifetime(claim) {}
        }
    }

    /// Returns the number of others that use the database. The server notices with a delay that a process was killed, so it is asked again while there
    /// are some.
    static func others(_ count: () throws -> Int, pause: () async throws -> Void) async throws -> Int {
        for _ in 0..<maxLooks {
            guard try count() > 0 else { return 0 }
            try await pause()
        }
        return try count()
    }

    private func toPostgres(_ directory: DataDirectory, _ context: CommandContext) async throws {
        guard try DataDirectory(existing: path) != nil else { throw DataOption.NoData(path: path) }
        let source = try SQLiteDatabase(in: directory), target = try PostgresDatabase(at: address)
        let checksum = try await StoreTransfer.copy(from: source, to: target)
        context.note("\(address) has the data of \(directory.database): \(checksum)")
        context.note("\(directory.database) stays as it is, and is not used while HARKEN_DATABASE_URL is set")
    }

    private func toSQLite(_ directory: DataDirectory, _ context: CommandContext) async throws {
        guard access(directory.database, F_OK) != 0 else {
            throw ArchiveError("\(directory.database) exists; move it and the files beside it with the same name away")
        }
        // Elsewhere first, so that no gateway finds half a database.
        let draft = path + Self.draftName
        FileTree.delete(draft)
        defer { FileTree.delete(draft) }
        let checksum: StoreChecksum
        guard DirectoryOwner.makeFolder(draft) else { throw FileTreeError("make the folder", draft) }
        let place = try DataDirectory(creating: draft)
        do {
            let target = try SQLiteDatabase(in: place)
            checksum = try await StoreTransfer.copy(from: PostgresDatabase(at: address), to: target)
            try await target.settle()
        }
        guard rename(place.database, directory.database) == 0 else { throw FileTreeError("write", directory.database) }
        context.note("\(directory.database) has the data of \(address): \(checksum)")
        context.note("unset HARKEN_DATABASE_URL to use it")
    }
}
