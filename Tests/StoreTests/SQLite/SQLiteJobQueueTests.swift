import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Jobs in an older database` {
    private let temporary = TemporaryFolder()
    private let ann = ID<User>("ann")

    private func open(_ migrations: [Migration] = Migration.all) throws -> SQLiteDatabase {
        try SQLiteDatabase(in: DataDirectory(creating: temporary.path), migrations: migrations)
    }

    @Test func `of an earlier version have no lease and are free`() async throws {
        do {
            let database = try open(Array(Migration.all.dropLast()))
            try await database.write { (connection) throws(StoreError) in
                try connection.run(
                    """
                    INSERT INTO jobs (id, dialect, user, status, created_at, attempts, request, audio, engines)
                    VALUES ('a1', 'assemblyai', 'ann', 'processing', 1, 1, '{}', 'u', '')
                    """)
            }
        }
        let claimed = try await SQLJobQueue(in: try open()).take()
        #expect(claimed?.attempts == 2 && claimed?.sealed == nil)
    }

    @Test func `come to a database of an earlier version, which keeps what it has`() async throws {
        do {
            let database = try open(Array(Migration.all.prefix(1)))
            try await database.write { (connection) throws(StoreError) in
                try connection.run("INSERT INTO users (id, created_at) VALUES ('ann', 1)")
            }
        }
        let database = try open()
        #expect(try await SQLJobQueue(in: database).add(.of("a1", ann), most: 1, hasNotice: false))
        let users = try await database.read { (connection) throws(StoreError) in
            var names: [String] = []
            try connection.run("SELECT id FROM users") { (row) throws(StoreError) in names.append(row.text(0) ?? "") }
            return names
        }
        #expect(users == ["ann"])
    }

    @Test func `of an older database have no such answer`() async throws {
        _ = try open(Array(Migration.all.prefix(3)))
        let jobs = SQLJobQueue(in: try open())
        _ = try await jobs.add(.of("a1", ann), most: 1, hasNotice: false)
        #expect(try await jobs.take()?.keepsRaw == false)
        #expect(try await jobs.raw(ID("a1"), of: ann) == nil)
    }
}
