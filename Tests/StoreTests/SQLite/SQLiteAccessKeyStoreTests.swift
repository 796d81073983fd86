import Glibc
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Access keys in a database` {
    private let temporary = TemporaryFolder()

    private func open() throws -> SQLAccessKeyStore {
        let directory = try DataDirectory(creating: temporary.path)
        return try SQLAccessKeyStore(
            in: SQLiteDatabase(in: directory), of: directory, hashing: TestHashing(), now: { UnixTime(milliseconds: 1) })
    }

    @Test func `are in no file as text`() async throws {
        let created = try await open().create(AccessKeyRequest(name: "needle"))
        var all: [UInt8] = []
        for name in ["harken.db", "harken.db-wal", "secret"] {
            guard let file = fopen(temporary.path + "/" + name, "r") else { continue }
            defer { fclose(file) }
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            all += buffer[..<fread(&buffer, 1, buffer.count, file)]
        }
        let text = String(decoding: all, as: UTF8.self)
        #expect(text.contains("needle"))
        #expect(text.contains(created.key.prefix))
        #expect(!text.contains(created.text.dropFirst(created.key.prefix.count)))
    }

    @Test func `without the secret they were made with are not judged`() async throws {
        _ = try await open().create(AccessKeyRequest())
        let path = temporary.path + "/secret"
        #expect(permissions(of: path) == 0o600)
        unlink(path)
        #expect(throws: StoreError.secretMissing(path: path)) { try open() }
    }

    @Test func `a cut secret is rejected`() async throws {
        _ = try open()
        truncate(temporary.path + "/secret", 5)
        #expect(throws: StoreError.corrupt(path: temporary.path + "/secret", detail: "the file must have 32 bytes")) { try open() }
    }
}
