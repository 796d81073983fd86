import Glibc
import HarkenTesting
import Store
import Testing

@Suite struct `SQLite database` {
    private let temporary = TemporaryFolder()
    private var path: String { temporary.path + "/harken.db" }

    private static let steps = [Migration("CREATE TABLE marks (number INTEGER PRIMARY KEY, text TEXT, size REAL, bytes BLOB) STRICT")]

    private func open(_ steps: [Migration] = Self.steps) throws(StoreError) -> SQLiteDatabase {
        try SQLiteDatabase(in: DataDirectory(creating: temporary.path), migrations: steps)
    }

    private func count(_ database: SQLiteDatabase) async throws(StoreError) -> Int64? {
        try await database.read { (connection) throws(StoreError) in
            var count: Int64?
            try connection.run("SELECT count(*) FROM marks") { (row) throws(StoreError) in count = row.integer(0) }
            return count
        }
    }

    @Test func `is for its owner only, with the files of its log`() async throws {
        let old = umask(0)
        defer { umask(old) }
        let database = try open()
        try await database.write { (connection) throws(StoreError) in try connection.run("INSERT INTO marks (number) VALUES (1)") }
        #expect(permissions(of: path) == 0o600)
        #expect(permissions(of: path + "-wal") == 0o600)
        #expect(try await count(database) == 1)
    }

    @Test func `gives back every kind of value as it was bound`() async throws {
        let database = try open()
        let text = "Zoë'); DROP TABLE marks; --"
        try await database.write { (connection) throws(StoreError) in
            try connection.run("INSERT INTO marks VALUES (?, ?, ?, ?)", [.integer(-5), .text(text), .real(0.25), .blob([0, 1, 255])])
            try connection.run("INSERT INTO marks VALUES (?, ?, ?, ?)", [.integer(7), .text(""), .real(nil as Double?), .blob([])])
        }
        let rows = try await database.read { (connection) throws(StoreError) in
            var rows: [[SQLValue]] = []
            try connection.run("SELECT number, text, size, bytes FROM marks ORDER BY number") { (row) throws(StoreError) in
                rows.append([.integer(row.integer(0)), .text(row.text(1)), .real(row.real(2)), .blob(row.blob(3))])
            }
            return rows
        }
        #expect(
            rows == [[.integer(-5), .text(text), .real(0.25), .blob([0, 1, 255])], [.integer(7), .text(""), .real(nil as Double?), .blob([])]])
    }

    @Test func `applies new steps once and keeps what was there`() async throws {
        try await open().write { (connection) throws(StoreError) in try connection.run("INSERT INTO marks (number) VALUES (1)") }
        let more = Self.steps + [Migration("ALTER TABLE marks ADD COLUMN colour TEXT", "UPDATE marks SET colour = 'red'")]
        _ = try open(more)
        let color = try await open(more).read { (connection) throws(StoreError) in
            var color: String?
            try connection.run("SELECT colour FROM marks") { (row) throws(StoreError) in color = row.text(0) }
            return color
        }
        #expect(color == "red")
    }

    @Test func `a step that fails leaves the schema as it was`() async throws {
        _ = try open()
        #expect(throws: StoreError.self) { try open(Self.steps + [Migration("ALTER TABLE marks ADD COLUMN colour TEXT", "NONSENSE")]) }
        #expect(try await count(open()) == 0)
    }

    @Test func `of a newer Harken is rejected`() throws {
        _ = try open(Self.steps + [Migration("CREATE TABLE later (number INTEGER) STRICT")])
        #expect(throws: StoreError.newerSchema(path: path, found: 2, known: 1)) { try open() }
    }

    @Test func `that is no database is rejected`() throws {
        let file = fopen(path, "w")
        fputs(String(repeating: "not a database ", count: 300), file)
        fclose(file)
        #expect(throws: StoreError.corrupt(path: path, detail: "file is not a database")) { try open() }
    }

    @Test func `work that fails is undone, what stands beside it is not`() async throws {
        let database = try open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do throws(StoreError) {
                        try await database.write { (connection) throws(StoreError) in
                            try connection.run("INSERT INTO marks (number) VALUES (?)", [.integer(Int64(number))])
                            if number % 2 == 1 { throw .constraint("odd") }
                        }
                        #expect(number % 2 == 0)
                    } catch {
                        #expect(error == .constraint("odd"))
                        #expect(number % 2 == 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await count(database) == 50)
    }

    @Test func `opened and written by many at once, loses nothing`() async throws {
        let directory = try DataDirectory(creating: temporary.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in 0..<8 {
                group.addTask {
                    let database = try SQLiteDatabase(in: directory, migrations: Self.steps)
                    for number in 0..<10 {
                        try await database.write { (connection) throws(StoreError) in
                            try connection.run("INSERT INTO marks (number) VALUES (?)", [.integer(Int64(first * 10 + number))])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await count(open()) == 80)
    }

    @Test func `a full disk loses the batch, says so, and the next write is served`() async throws {
        let database = try open()
        let write: @Sendable (Int64, Int) async -> StoreError? = { number, size in
            do throws(StoreError) {
                try await database.write { (connection) throws(StoreError) in
                    try connection.run(
                        "INSERT INTO marks (number, bytes) VALUES (?, ?)", [.integer(number), .blob(.init(repeating: 7, count: size))])
                }
                return nil
            } catch { return error }
        }
        try await database.write { (connection) throws(StoreError) in try connection.run("PRAGMA max_page_count = 10") }
        #expect(await write(1, 1_000_000) == .diskFull(path: path))
        #expect(database.health.problem == .diskFull(path: path))
        #expect(await write(2, 10) == nil)
        #expect(database.health.problem == nil)
        #expect(try await count(database) == 1)
    }

    /// In a process of its own, because all of a process has one limit.
    @Test func `that no file can be opened now is no fault of the database`() async {
        await #expect(processExitsWith: .success) { try `SQLite database`().passesWithoutDescriptors() }
    }

    private func passesWithoutDescriptors() throws {
        let kept = try open(), resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue), path = path
        var limit = rlimit()
        let isKnown = getrlimit(resource, &limit) == 0
        try #require(isKnown)
        setrlimit(resource, [rlimit(rlim_cur: 0, rlim_max: limit.rlim_max)])
        let error = #expect(throws: StoreError.self) { _ = try SQLiteConnection.open(path, .readOnly) }
        setrlimit(resource, [limit])
        #expect(error == .shortage(path: path, reason: "too many open files"))
        #expect(throws: StoreError.self) { _ = try SQLiteConnection.open(path + "/none", .readOnly) }
        _ = try SQLiteConnection.open(path, .readOnly)
        withExtendedLifetime(kept) {}
    }

    @Test func `readers cannot write`() async throws {
        let database = try open()
        await #expect(throws: StoreError.self) {
            try await database.read { (connection) throws(StoreError) in try connection.run("INSERT INTO marks (number) VALUES (1)") }
        }
    }
}
