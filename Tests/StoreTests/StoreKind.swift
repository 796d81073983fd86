import HarkenTesting
import Speech
import Store
import Testing

/// The back ends that the tests of the contracts run against. Another one is a case here and a line in `backEnd`.
enum StoreKind: CaseIterable, Sendable {
    case sqlite
    case postgreSQL

    /// Without PostgreSQL's server there is only SQLite: a test of its own says so.
    static let allCases: [StoreKind] = PostgresServer.programs == nil ? [.sqlite] : [.sqlite, .postgreSQL]

    /// Opens the back end in a folder of the test's own: a new, empty one, or what an earlier call has left.
    func backEnd(in folder: TemporaryFolder) throws -> any StoreBackEnd {
        switch self {
        case .sqlite: return try SQLiteInstallation(in: DataDirectory(prepared: folder.path))
        case .postgreSQL: return try PostgresInstallation(at: Self.address(of: folder), in: DataDirectory(creating: folder.path))
        }
    }

    /// Opens the database in the folder, beside the stores.
    func database(in folder: TemporaryFolder) throws -> any SQLDatabase {
        switch self {
        case .sqlite: try SQLiteDatabase(in: DataDirectory(prepared: folder.path))
        case .postgreSQL: try PostgresDatabase(at: Self.address(of: folder))
        }
    }

    /// The address of a database that belongs to the folder. It is a copy of one whose schema is made once.
    static func address(of folder: TemporaryFolder) throws -> PostgresAddress {
        let server = try #require(PostgresServer.shared)
        return try #require(PostgresAddress(server.url(database: name(of: folder), copyOf: template.get())))
    }

    /// The address of an empty schema that belongs to the folder.
    static func emptyAddress(of folder: TemporaryFolder) throws -> PostgresAddress {
        let server = try #require(PostgresServer.shared)
        return try #require(PostgresAddress(server.url(schema: name(of: folder))))
    }

    /// The name of a database that has the stores' schema and no rows.
    private static let template = Result {
        let server = try #require(PostgresServer.shared), name = "stores"
        _ = try PostgresDatabase(at: #require(PostgresAddress(server.url(database: name))))
        return name
    }

    /// The name of the folder's database. The folders' names end with an id.
    static func name(of folder: TemporaryFolder) -> String {
        "t" + String(decoding: folder.path.utf8.suffix(36).filter { $0 != UInt8(ascii: "-") }, as: UTF8.self).lowercased()
    }

    func stores(in folder: TemporaryFolder) throws -> Stores { try backEnd(in: folder).stores(now: { .at(0) }) }

    func open(in folder: TemporaryFolder) throws -> any ConversationStores { try backEnd(in: folder).conversations(now: { .at(0) }) }
}

@Suite struct `The contracts of the stores` {
    @Test(.needs(PostgresServer.programs != nil, "the package postgresql is not installed"))
    func `are tested with PostgreSQL too`() {
        #expect(StoreKind.allCases.contains(.postgreSQL))
    }
}
