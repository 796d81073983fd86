import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Statistics of a SQLite database` {
    private let temporary = TemporaryFolder()

    private func analyzed(_ database: SQLiteDatabase) async throws -> Set<String> {
        try await database.read { (connection) throws(StoreError) in
            var tables: Set<String> = []
            let isThere = try connection.integer("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'") != nil
            guard isThere else { return tables }
            try connection.run("SELECT DISTINCT tbl FROM sqlite_stat1") { (row) throws(StoreError) in
                if let name = row.text(0) { tables.insert(name) }
            }
            return tables
        }
    }

    @Test func `are gathered of each table that has rows and an index, in a large store`() async throws {
        let database = try SQLiteDatabase(in: DataDirectory(creating: temporary.path))
        try await database.fill(with: .small)
        try await database.gatherStatistics()
        let expected = try await database.read { (connection) throws(StoreError) in
            var tables: Set<String> = []
            try connection.run(
                """
                SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type = 'index' AND tbl_name NOT LIKE 'segment_words%' AND tbl_name <> 'archives'
                """
            ) { (row) throws(StoreError) in
                if let name = row.text(0) { tables.insert(name) }
            }
            return tables
        }
        let missing = expected.subtracting(try await analyzed(database)).sorted()
        #expect(missing.isEmpty, "without statistics: \(missing)")
        // However many entries an index has, few are read, and other writes do not wait.
        let limit = try await database.write { (connection) throws(StoreError) in try connection.integer("PRAGMA analysis_limit") }
        #expect(limit == 400)
    }

    @Test func `are not gathered of a small store`() async throws {
        let database = try SQLiteDatabase(in: DataDirectory(creating: temporary.path))
        let store = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { .at(0) })
        #expect(try await store.begin(.of(.ann, "c", .said("s", "hello"))))
        try await database.gatherStatistics()
        #expect(try await analyzed(database) == [])
    }

    @Test(arguments: StoreKind.allCases) func `are gathered through each back end`(kind: StoreKind) async throws {
        try await kind.stores(in: temporary).upkeep.gatherStatistics()
    }
}
