import Conversations
import Dispatch
import HarkenTesting
import Speech
@testable import Store
import Synchronization
import Testing

@Suite(.needs(PostgresServer.programs != nil, "the package postgresql is not installed"), .hangLimit)
struct `PostgreSQL database` {
    private let folder = TemporaryFolder()

    private func open() throws -> PostgresDatabase { try PostgresDatabase(at: StoreKind.address(of: folder)) }

    private func count(_ table: StaticString, in database: PostgresDatabase) async throws(StoreError) -> Int64? {
        try await database.read { (connection) throws(StoreError) in
            var count: Int64?
            try connection.run(ComposedSQL("SELECT count(*) FROM ", table)) { (row) throws(StoreError) in count = row.integer(0) }
            return count
        }
    }

    /// Ends all connections of the test's databases, as a server does that is restarted.
    private func endConnections() throws {
        let name = StoreKind.name(of: folder)
        let ended = try PostgresServer.shared?.run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '\(name)'")
        #expect(ended?.status == 0)
    }

    @Test func `gives back every kind of value as it was bound`() async throws {
        let database = try open()
        let text = "Zoë'); DROP TABLE jobs; --\\ \"?1\" 天气"
        try await database.write { (connection) throws(StoreError) in
            try connection.run("CREATE TABLE marks (number BIGINT, text TEXT, size DOUBLE PRECISION, bytes BYTEA, is_set BOOLEAN)")
            try connection.run(
                "INSERT INTO marks VALUES (?, ?, ?, ?, ?)", [.integer(-5), .text(text), .real(0.25), .blob([0, 1, 255]), .flag(true)])
            try connection.run(
                "INSERT INTO marks VALUES (?, ?, ?, ?, ?)", [.integer(7), .text(""), .real(nil as Double?), .blob([]), .flag(false)])
            try connection.run("INSERT INTO marks VALUES (?, ?, ?, ?, ?)", [.integer(8), .text("a\0b"), .real(1.5), .blob(nil), .flag(false)])
        }
        let rows = try await database.read { (connection) throws(StoreError) in
            var rows: [[SQLValue]] = []
            try connection.run("SELECT number, text, size, bytes, is_set FROM marks ORDER BY number") { (row) throws(StoreError) in
                rows.append([.integer(row.integer(0)), .text(row.text(1)), .real(row.real(2)), .blob(row.blob(3)), .flag(row.flag(4))])
            }
            return rows
        }
        #expect(
            rows == [
                [.integer(-5), .text(text), .real(0.25), .blob([0, 1, 255]), .flag(true)],
                [.integer(7), .text(""), .real(nil as Double?), .blob([]), .flag(false)],
                // PostgreSQL has no text with a zero.
                [.integer(8), .text("a\u{FFFD}b"), .real(1.5), .blob(nil), .flag(false)],
            ])
    }

    @Test(arguments: [("on", false), ("local", false), ("off", true)])
    func `tells what the server promises`(setting: String, isAtRisk: Bool) async throws {
        let connection = try PostgresConnection(StoreKind.address(of: folder), settings: "SET synchronous_commit = \(setting)")
        var promised = try PostgresDurability(of: SQLConnection(connection))
        #expect(promised.synchronousCommit == setting && !promised.isSynced && promised.risk?.contains("fsync") == true)
        promised.isSynced = true
        #expect((promised.risk != nil) == isAtRisk)
    }

    @Test func `rejects a column of a type that no row has`() async throws {
        let database = try open()
        await #expect(throws: StoreError.self) {
            try await database.read { (connection) throws(StoreError) in try connection.integer("SELECT CAST(1 AS NUMERIC)") }
        }
        #expect(try await count("jobs", in: database) == 0, "the connection is whole")
    }

    @Test func `undoes a transaction of which a statement fails that nobody waits for`() async throws {
        let database = try open()
        await #expect(throws: StoreError.self) {
            try await database.write { (connection) throws(StoreError) in
                try connection.run("INSERT INTO users (id, created_at) VALUES ('ann', 1)")
                try connection.run("INSERT INTO users (id, created_at) VALUES ('ann', 2)")
                try connection.run("INSERT INTO users (id, created_at) VALUES ('bob', 2)")
            }
        }
        #expect(try await count("users", in: database) == 0)
        // Statements that were queued after the one that failed are prepared again.
        try await database.write { (connection) throws(StoreError) in
            for name in ["carl", "dora"] { try connection.run("INSERT INTO users (id, created_at) VALUES (?, 2)", [.text(name)]) }
            #expect(try connection.changedRows() == 1)
        }
        #expect(try await count("users", in: database) == 2)
    }

    @Test func `runs transactions of two processes as if one came after the other`() async throws {
        let databases = try [open(), open()]
        try await databases[0].write { (connection) throws(StoreError) in try connection.run("INSERT INTO archives (user) VALUES ('ann')") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    try await databases[number % 2].write { (connection) throws(StoreError) in
                        let revision = try connection.integer("SELECT revision FROM archives WHERE user = 'ann'") ?? 0
                        try connection.run("UPDATE archives SET revision = ? WHERE user = 'ann'", [.integer(revision + 1)])
                    }
                }
            }
            try await group.waitForAll()
        }
        let revision = try await databases[1].read { (connection) throws(StoreError) in
            try connection.integer("SELECT revision FROM archives WHERE user = 'ann'")
        }
        #expect(revision == 40)
    }

    @Test func `takes many conversations of one user at once, from two processes`() async throws {
        let stores = try (0..<2).map { _ in
            SQLConversationStore(in: try open(), audio: Blobs(in: try DataDirectory(creating: folder.path)).audio, now: { .at(0) })
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    var conversation = Conversation.of(.ann, "c\(number)", at: Double(number))
                    conversation.segments = (0..<20).map { Segment.said("s\($0)", "word\($0)", at: Double($0)) }
                    _ = try await stores[number % 2].begin(conversation)
                }
            }
            try await group.waitForAll()
        }
        let found = try await stores[0].list(ConversationQuery(limit: 200), of: .ann).conversations
        #expect(found.count == 60)
        let database = try open()
        #expect(try await count("segments", in: database) == 1_200)
    }

    @Test func `leaves connections to writes and to others, whatever one user asks for`() async throws {
        let database = try open(), begun = SharedLog(), gate = DispatchSemaphore(value: 0), count = 20
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    try await database.read(for: ID("ann")) { (_) throws(StoreError) in
                        begun.append("ann")
                        gate.wait()
                    }
                }
            }
            do {
                defer { for _ in 0..<count { gate.signal() } }
                try await until { begun.entries.count >= 5 }
                let found = try await database.read(for: ID("bob")) { (connection) throws(StoreError) in try connection.integer("SELECT 7") }
                #expect(found == 7)
                try await database.write { (connection) throws(StoreError) in
                    try connection.run("INSERT INTO users (id, created_at) VALUES ('bob', 1)")
                }
                #expect(begun.entries.count == 5)
            }
            try await group.waitForAll()
        }
        #expect(begun.entries.count == count)
        #expect(try await self.count("users", in: database) == 1)
    }

    @Test func `goes on when its connections were lost`() async throws {
        let database = try open()
        for number in 0..<5 {
            try await database.write { (connection) throws(StoreError) in
                try connection.run("INSERT INTO users (id, created_at) VALUES (?, 1)", [.text("user\(number)")])
            }
            try endConnections()
            #expect(try await count("users", in: database) == Int64(number + 1))
            try endConnections()
        }
    }

    @Test func `runs a transaction again whose connection is lost before its end`() async throws {
        let database = try open(), server = try #require(PostgresServer.shared)
        let rounds = SharedLog()
        try await database.write { (connection) throws(StoreError) in
            rounds.append("round")
            var id: Int64 = 0
            try connection.run("INSERT INTO users (id, created_at) VALUES ('ann', 1)")
            try connection.run("SELECT pg_backend_pid()") { (row) throws(StoreError) in id = row.integer(0) ?? 0 }
            if rounds.entries.count == 1 { _ = try? server.run("SELECT pg_terminate_backend(\(id), 5000)") }
        }
        #expect(rounds.entries.count == 2)
        #expect(try await count("users", in: database) == 1)
    }

    @Test func `is made once by many processes that open it at the same time`() async throws {
        let address = try StoreKind.emptyAddress(of: folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 { group.addTask { _ = try PostgresDatabase(at: address) } }
            try await group.waitForAll()
        }
        #expect(try await count("migrations", in: PostgresDatabase(at: address)) == Int64(PostgresMigration.all.count))
    }

    /// A replica that reads goes on while another one builds an index. A lock that lets readers in is never made stricter: a writer that has read
    /// would wait for the step, and the step for the writer.
    @Test func `gets no index in a step that keeps readers out`() throws {
        // Earlier steps have been released.
        let released = 16, steps = PostgresMigration.all
        let connection = try PostgresConnection(StoreKind.emptyAddress(of: folder))
        try PostgresMigration.run(Array(steps.prefix(released)), on: connection)
        for (number, step) in steps.enumerated().dropFirst(released) {
            try connection.begin(.readCommitted)
            let inside = SQLConnection(connection)
            let last = try inside.integer("SELECT CAST(max(oid) AS BIGINT) FROM pg_class")
            for statement in step.statements { try inside.run(statement) }
            // Building an index takes ShareLock. Tables that the step makes have no readers.
            let both = try inside.integer(
                """
                SELECT count(*) FROM pg_locks s JOIN pg_locks x ON x.relation = s.relation AND x.pid = s.pid AND x.mode = 'AccessExclusiveLock'
                JOIN pg_class c ON c.oid = s.relation
                WHERE s.pid = pg_backend_pid() AND s.mode = 'ShareLock' AND c.relkind = 'r' AND CAST(c.oid AS BIGINT) <= ?
                """, [.integer(last)])
            #expect(both == 0, "step \(number + 1)")
            try connection.commit()
        }
        let definition = try SQLConnection(connection).integer(
            """
            SELECT count(*) FROM pg_indexes WHERE schemaname = current_schema() AND indexname = 'segments_of_voices'
            AND indexdef LIKE '%(voice, number)%'
            """)
        #expect(definition == 1)
    }

    @Test func `of a newer Harken is rejected`() async throws {
        try await open().write { (connection) throws(StoreError) in try connection.run("INSERT INTO migrations (number) VALUES (99)") }
        let error = #expect(throws: StoreError.self) { try open() }
        guard case .newerSchema(_, found: 99, known: PostgresMigration.all.count)? = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
    }

    /// Steps that databases have must stay as they are: each other build refuses a database whose step has another content.
    @Test func `has the steps that databases have`() {
        let kept = PostgresMigration.all.prefix(18).map(\.content)
        #expect(MigrationContent.checksum(of: kept) == "a44f690cf91eef1fc6c10312a4d0394f", "a step was edited: append a new one")
    }

    @Test func `of another build is rejected with the step, and one whose steps nobody recorded is taken as it is`() async throws {
        let unknown: StaticString = "SELECT count(*) FROM migrations WHERE content IS NULL"
        try await open().write { (connection) throws(StoreError) in try connection.run("ALTER TABLE migrations DROP COLUMN content") }
        let earlier = try open()
        #expect(try await earlier.read { (connection) throws(StoreError) in try connection.integer(unknown) } == Int64(PostgresMigration.all.count))
        try await earlier.write { (connection) throws(StoreError) in
            for (number, step) in PostgresMigration.all.enumerated() {
                try connection.run("UPDATE migrations SET content = ? WHERE number = ?", [.text(step.content), .integer(number + 1)])
            }
        }
        _ = try open()
        try await earlier.write { (connection) throws(StoreError) in
            try connection.run("UPDATE migrations SET content = 'other' WHERE number = 3")
        }
        #expect(throws: StoreError.otherSchema(path: "the PostgreSQL database", detail: "step 3")) { try open() }
    }

    @Test func `tells before a step that may take long, unless it is new`() throws {
        let told = Mutex<[SchemaWork]>([])
        let connection = try PostgresConnection(StoreKind.emptyAddress(of: folder))
        func run(_ steps: [PostgresMigration]) throws {
            try PostgresMigration.run(steps, on: connection) { work in told.withLock { $0.append(work) } }
        }
        try run(Array(PostgresMigration.all.prefix(16)))
        #expect(told.withLock { $0 } == [])
        try run(PostgresMigration.all)
        #expect(told.withLock { $0 }.first == SchemaWork(step: 17, of: PostgresMigration.all.count, "indexes segments by their voices"))
    }

    @Test func `gives a job to one of many processes that claim`() async throws {
        let queues = try (0..<3).map { _ in SQLJobQueue(in: try open()) as any JobQueue }
        for number in 0..<40 { _ = try await queues[0].add(.of("job\(number)", ID("user\(number % 3)")), most: 100, hasNotice: false, lease: nil) }
        let claimed = try await withThrowingTaskGroup(of: [ID<TranscriptionJob>].self) { group in
            for number in 0..<9 {
                group.addTask {
                    var own: [ID<TranscriptionJob>] = []
                    while let job = try await queues[number % 3].take(by: "process\(number)") { own.append(job.id) }
                    return own
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 40 && Set(claimed).count == 40)
    }

    @Test func `that ends a search for its length can be used`() async throws {
        let database = try open()
        await #expect(throws: StoreError.tooSlow("canceling statement due to statement timeout")) {
            try await database.makeReader(for: .words).run { (connection) throws(StoreError) in
                try connection.run("SET LOCAL statement_timeout = 10")
                try connection.run("SELECT pg_sleep(600)")
            }
        }
        #expect(database.health.problem == nil)
    }

    @Test(arguments: [
        "postgres://ann:open%20sesame@127.0.0.1:1/x", "postgres://ann:sesame@no.such.host.invalid/x", "postgres://ann:sesame@127.0.0.1:y/x",
    ])
    func `that cannot be reached is named without its password`(url: String) throws {
        let address = try #require(PostgresAddress(url))
        let error = #expect(throws: StoreError.self) { try PostgresDatabase(at: address) }
        guard case .databaseUnavailable(let reason)? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(!reason.contains("sesame") && !"\(address)".contains("sesame"), "\(reason)")
    }

    @Test func `without keys is not opened where there were keys`() async throws {
        let directory = try DataDirectory(creating: folder.path)
        _ = try folder.write([], as: "keys-exist")
        let address = try StoreKind.address(of: folder)
        #expect(throws: StoreError.keysLost(path: "\(address)", marker: folder.path + "/keys-exist")) {
            try PostgresInstallation(at: address, in: directory)
        }
    }
}
