import HarkenTesting
@testable import Store
import Synchronization
import Testing

@Suite struct `The content of the schema's steps` {
    private let temporary = TemporaryFolder()

    private func open(_ steps: [Migration] = Migration.all, report: @Sendable (SchemaWork) -> Void = { _ in }) throws -> SQLiteDatabase {
        try SQLiteDatabase(in: DataDirectory(creating: temporary.path), migrations: steps, report: report)
    }

    /// Makes a database as versions did that recorded no content.
    private func makeEarlier(_ steps: [Migration], then change: StaticString? = nil) throws {
        _ = try open(steps)
        // Without the triggers of the gateway's connections, which name columns.
        let connection = try SQLiteConnection.open(temporary.path + "/harken.db", .readWrite)
        if let change { try connection.run(change) }
        try connection.run("ALTER TABLE migrations DROP COLUMN content")
    }

    private func unknown(in database: SQLiteDatabase) async throws -> Int64? {
        try await database.read { (connection) throws(StoreError) in
            try connection.integer("SELECT count(*) FROM migrations WHERE content IS NULL")
        }
    }

    @Test func `is the same in other lines, and another one in other words or another order`() {
        let step = Migration("CREATE TABLE a (b INTEGER)", "CREATE TABLE c (d INTEGER)")
        #expect(step.content.count == 32)
        #expect(
            Migration("CREATE TABLE a (\n    b INTEGER)", "CREATE TABLE c (d INTEGER)").content
                == Migration("CREATE TABLE a ( b INTEGER)", "CREATE TABLE c (d INTEGER)").content)
        let others = [
            Migration("CREATE TABLE a (b TEXT)", "CREATE TABLE c (d INTEGER)"), Migration("CREATE TABLE c (d INTEGER)", "CREATE TABLE a (b INTEGER)"),
            Migration("CREATE TABLE a (b INTEGER) CREATE TABLE c (d INTEGER)"), Migration("CREATE TABLE a (b INTEGER)"),
        ]
        #expect(Set((others + [step]).map(\.content)).count == 5)
    }

    /// Steps that databases have must stay as they are: each other build refuses a database whose step has another content.
    @Test func `is that of the steps that databases have`() {
        let kept = Migration.all.prefix(33).map(\.content)
        #expect(MigrationContent.checksum(of: kept) == "1650af3c88e094ea56436f1001f6a93a", "a step was edited: append a new one")
    }

    @Test func `that another build recorded is rejected, with the step, and changes nothing`() async throws {
        let first = Migration("CREATE TABLE marks (number INTEGER PRIMARY KEY) STRICT")
        _ = try open([first, Migration("ALTER TABLE marks ADD COLUMN colour TEXT")])
        let path = temporary.path + "/harken.db"
        let error = #expect(throws: StoreError.otherSchema(path: path, detail: "step 2")) {
            try open([first, Migration("ALTER TABLE marks ADD COLUMN size INTEGER"), Migration("DROP TABLE marks")])
        }
        #expect(error?.mayPass == false && error?.description.contains("harken export") == true)
        let found = try await open([first, Migration("ALTER TABLE marks ADD COLUMN colour TEXT")]).read { (connection) throws(StoreError) in
            try connection.integer("SELECT count(*) FROM migrations") ?? 0
        }
        #expect(found == 2)
    }

    @Test(arguments: 1...Migration.all.count) func `of an earlier version is taken as it is when the schema is the same`(earlier: Int) async throws {
        try makeEarlier(Array(Migration.all.prefix(earlier)))
        let database = try open()
        #expect(database.foreignParts == [])
        #expect(try await unknown(in: database) == 0)
        #expect(try open().foreignParts == [])
    }

    @Test(arguments: [
        (11, "DROP INDEX jobs_by_user" as StaticString, ["jobs_by_user"]),
        (33, "ALTER TABLE conversations DROP COLUMN findings", ["conversations.findings"]),
        // Somebody's own.
        (33, "CREATE INDEX my_own ON conversations (title)", []),
    ]) func `of an earlier version is told when the schema is another one`(earlier: Int, change: StaticString, parts: [String]) async throws {
        try makeEarlier(Array(Migration.all.prefix(earlier)), then: change)
        for _ in 0..<2 {
            let database = try open()
            #expect(database.foreignParts == parts)
            #expect(try await unknown(in: database) == (parts.isEmpty ? 0 : Int64(earlier)))
        }
    }

    @Test func `of an earlier version on which a step fails is rejected with what is other`() async throws {
        try makeEarlier(Array(Migration.all.prefix(23)), then: "DROP INDEX jobs_by_user")
        try await open(Array(Migration.all.prefix(23))).write { (connection) throws(StoreError) in
            try connection.run("CREATE INDEX jobs_by_time ON jobs (created_at)")
        }
        let error = #expect(throws: StoreError.self) { try open() }
        guard case .otherSchema(_, let detail)? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(detail.hasPrefix("jobs_by_user; ") && detail.contains("jobs_by_time already exists"), "\(detail)")
    }

    @Test func `is worked on for a while in some steps, which are told before they begin`() throws {
        let told = Mutex<[SchemaWork]>([])
        func openAndTell(_ steps: [Migration]) throws { _ = try open(steps) { work in told.withLock { $0.append(work) } } }
        try openAndTell(Array(Migration.all.prefix(30)))
        #expect(told.withLock { $0 } == [], "a new database has no rows")
        try openAndTell(Migration.all)
        let first = told.withLock { $0 }.first
        #expect(first == SchemaWork(step: 32, of: Migration.all.count, "builds the index of words"))
        #expect(first?.place == "32 of \(Migration.all.count)")
        told.withLock { $0 = [] }
        try openAndTell(Migration.all)
        #expect(told.withLock { $0 } == [])
    }
}
