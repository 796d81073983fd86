import Foundation
import HarkenTesting
import Speech
@testable import Store
import Testing

@Suite struct `Keys that were lost` {
    private let temporary = TemporaryFolder()
    private let copies = TemporaryFolder()

    private func open(_ path: String) throws -> SQLAccessKeyStore {
        let directory = try DataDirectory(creating: path)
        let database = try SQLiteDatabase(in: directory, pauseForKeys: {})
        return try SQLAccessKeyStore(in: database, of: directory, hashing: TestHashing(), now: { UnixTime(milliseconds: 1) })
    }

    /// The data directory as a process leaves it that is killed now.
    private func killed(_ name: String = "killed") throws -> String {
        let copy = copies.path(of: name)
        try FileManager.default.copyItem(atPath: temporary.path, toPath: copy)
        return copy
    }

    private func overwrite(_ path: String, at offset: UInt64, _ count: Int) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 13) }))
        try file.close()
    }

    private func isKeysLost(_ path: String) -> Bool {
        do {
            _ = try open(path)
            return false
        } catch {
            guard case StoreError.keysLost(_, let marker) = error else { return false }
            return marker == path + "/keys-exist"
        }
    }

    @Test(arguments: ["removed", "overwritten", "truncated", "main file emptied", "main file removed", "all removed"])
    func `keep the gateway from starting when the log is gone`(damage: String) async throws {
        let keys = try open(temporary.path)
        _ = try await keys.create(AccessKeyRequest())
        let copy = try killed()
        let database = copy + "/harken.db", log = database + "-wal"
        let remove = { (path: String) in try FileManager.default.removeItem(atPath: path) }
        switch damage {
        case "removed": try remove(log)
        case "overwritten": try overwrite(log, at: 0, 4_000)
        case "truncated": truncate(log, 10_000)
        case "main file emptied": truncate(database, 0)
        case "main file removed": try remove(database)
        default:
            try remove(database)
            try remove(log)
        }
        let left = try? Data(contentsOf: URL(filePath: log))
        #expect(isKeysLost(copy))
        #expect((left ?? Data()) == ((try? Data(contentsOf: URL(filePath: log))) ?? Data()), "what is left is not touched")
        try FileManager.default.removeItem(atPath: copy + "/keys-exist")
        if damage != "truncated" { #expect(try await open(copy).isEmpty(), "on purpose it starts without keys") }
    }

    @Test func `are not lost with the log when they were brought to the file`() async throws {
        let keys = try open(temporary.path)
        let created = try await keys.create(AccessKeyRequest()), other = try await keys.create(AccessKeyRequest())
        #expect(try await keys.revoke(other.key.id))
        try await keys.bringToFile()
        let copy = try killed()
        for end in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + "/harken.db" + end) }
        let found = try open(copy)
        let verdict = try await found.verify(created.text)
        guard case .valid = verdict else { return #expect(Bool(false), "\(verdict)") }
        #expect(try await found.verify(other.text) == .revoked)
    }

    @Test func `of an earlier version are marked at the next start`() async throws {
        _ = try await open(temporary.path).create(AccessKeyRequest())
        let marker = temporary.path + "/keys-exist"
        #expect(permissions(of: marker) == 0o600)
        try FileManager.default.removeItem(atPath: marker)
        _ = try open(temporary.path)
        #expect(permissions(of: marker) == 0o600)
    }

    @Test func `leave no mark when the first one cannot be made`() async throws {
        let database = try SQLiteDatabase(in: DataDirectory(creating: temporary.path))
        let keys = try SQLAccessKeyStore(in: database, of: database.directory, hashing: TestHashing(), now: { UnixTime(milliseconds: 1) })
        try await database.write { (connection) throws(StoreError) in try connection.run("DROP TABLE access_keys") }
        await #expect(throws: StoreError.self) { try await keys.create(AccessKeyRequest()) }
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/keys-exist"))
    }

    @Test func `wait for a first one that is on its way`() async throws {
        let directory = try DataDirectory(creating: temporary.path)
        _ = try SQLiteDatabase(in: directory)
        _ = try temporary.write([], as: "keys-exist")
        let marker = temporary.path + "/keys-exist"
        // Its making fails during the third wait.
        var waits = 0
        try KeysMarker(of: directory).check(temporary.path + "/harken.db") {
            waits += 1
            if waits == 3 { try? FileManager.default.removeItem(atPath: marker) }
        }
        #expect(waits == 3)
        #expect(try await open(temporary.path).isEmpty(), "its making has failed meanwhile")
    }
}

@Suite struct `A damaged database` {
    private let temporary = TemporaryFolder()
    private static let steps = [Migration("CREATE TABLE marks (number INTEGER PRIMARY KEY, text TEXT) STRICT")]

    private func open(within time: Duration = .seconds(60)) throws(StoreError) -> SQLiteDatabase {
        try SQLiteDatabase(in: DataDirectory(creating: temporary.path), migrations: Self.steps, checkTime: time)
    }

    private func fill(_ database: SQLiteDatabase, _ rows: Int) async throws {
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO marks SELECT i, hex(zeroblob(200)) FROM n",
                [.integer(rows)])
        }
        try await database.settle()
    }

    @Test func `is named at its start, with what to do`() async throws {
        do {
            let database = try open()
            #expect(database.check == .whole)
            try await fill(database, 2_000)
        }
        let path = temporary.path + "/harken.db"
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: 40 * 4_096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
        try file.close()
        let error = #expect(throws: StoreError.self) { try open() }
        guard case .corrupt(let named, _)? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(named == path)
        #expect(error?.description.contains("Restore it from a copy") == true)
        // Commands that have no time for it read no page that they do not need.
        #expect(try open(within: .zero).check == .unfinished)
    }

    @Test func `is looked for only as long as may be`() async throws {
        do { try await fill(try open(), 50_000) }
        // A machine that is busy may let a timer wait for longer than the check takes, but not each time.
        let checks = try (0..<50).lazy.map { _ in try open(within: .milliseconds(1)).check }
        #expect(checks.contains(.unfinished))
        #expect(try open().check == .whole)
    }
}
