import Glibc
import HarkenTesting
import Speech
import Store
import Synchronization
import Testing

@Suite struct `Access keys` {
    private let temporary = TemporaryFolder()
    private let hashing = TestHashing()
    private let clock = TestClock()

    private func open() throws -> SQLiteAccessKeyStore {
        let database = try SQLiteDatabase(in: DataDirectory(creating: temporary.path))
        return try SQLiteAccessKeyStore(in: database, hashing: hashing, now: { [clock] in clock.now })
    }

    @Test func `are none at first`() async throws {
        let keys = try open()
        #expect(try await keys.isEmpty())
        #expect(try await keys.list() == [])
        #expect(try await keys.verify("hk_anything") == .unknown)
    }

    @Test func `a new key is worth what was asked for`() async throws {
        let keys = try open()
        let created = try await keys.create(
            AccessKeyRequest(name: "phone", user: ID("ann"), scopes: ["listen", "search"], expires: UnixTime(milliseconds: 5_000), creditSeconds: 60))
        #expect(try await !keys.isEmpty())
        #expect(created.text.hasPrefix("hk_"))
        #expect(created.text.count == 46)
        #expect(created.text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        let grant = AccessGrant(key: created.key.id, user: ID("ann"), scopes: ["listen", "search"], credit: .seconds(60))
        #expect(try await keys.verify(created.text) == .valid(grant))
        #expect(try await keys.list() == [created.key])
    }

    @Test func `without a user belong to new ones`() async throws {
        let keys = try open()
        let first = try await keys.create(AccessKeyRequest())
        let second = try await keys.create(AccessKeyRequest())
        #expect(first.key.user != second.key.user)
        #expect(first.text != second.text)
    }

    @Test func `of the same user are kept apart`() async throws {
        let keys = try open()
        let first = try await keys.create(AccessKeyRequest(user: ID("ann")))
        let second = try await keys.create(AccessKeyRequest(user: ID("ann")))
        #expect(try await keys.revoke(first.key.id))
        #expect(try await keys.verify(first.text) == .revoked)
        #expect(try await keys.verify(second.text) != .revoked)
    }

    @Test(arguments: ["", "hk_", "hk", "sk_live", "hk_ ", "hk_\u{0}", "hk_" + String(repeating: "a", count: 100_000)])
    func `what is no key is unknown`(text: String) async throws {
        let keys = try open()
        let created = try await keys.create(AccessKeyRequest())
        #expect(try await keys.verify(text) == .unknown)
        #expect(try await keys.verify(created.text + "a") == .unknown)
        #expect(try await keys.verify(String(created.text.dropLast())) == .unknown)
    }

    @Test func `made and revoked by another process count from the next handshake on`() async throws {
        let gateway = try open(), commandLine = try open()
        #expect(try await gateway.isEmpty())
        let created = try await commandLine.create(AccessKeyRequest())
        #expect(try await !gateway.isEmpty())
        #expect(try await gateway.verify(created.text) == .valid(AccessGrant(key: created.key.id, user: created.key.user, scopes: [], credit: nil)))
        #expect(try await commandLine.revoke(created.key.id))
        #expect(try await gateway.verify(created.text) == .revoked)
    }

    @Test func `can be asked for by their id by who has shown one before`() async throws {
        let keys = try open()
        let created = try await keys.create(AccessKeyRequest(expires: clock.now + .seconds(10)))
        #expect(try await keys.standing(of: created.key.id) == .valid(AccessGrant(key: created.key.id, user: created.key.user, scopes: [], credit: nil)))
        #expect(try await keys.standing(of: ID("key_x")) == .unknown)
        clock.now = clock.now + .seconds(10)
        #expect(try await keys.standing(of: created.key.id) == .expired)
        #expect(try await keys.revoke(created.key.id))
        #expect(try await keys.standing(of: created.key.id) == .revoked)
    }

    @Test func `that are all revoked still keep strangers out`() async throws {
        let keys = try open()
        let created = try await keys.create(AccessKeyRequest())
        #expect(try await keys.revoke(created.key.id))
        #expect(try await !keys.isEmpty())
    }

    @Test func `are revoked once and listed with the time`() async throws {
        let keys = try open()
        let created = try await keys.create(AccessKeyRequest())
        clock.now = UnixTime(milliseconds: 2_000)
        #expect(try await keys.revoke(created.key.id))
        clock.now = UnixTime(milliseconds: 3_000)
        #expect(try await keys.revoke(created.key.id))
        #expect(try await keys.list().map(\.revoked) == [UnixTime(milliseconds: 2_000)])
        #expect(try await !keys.revoke(ID("key_other")))
    }

    @Test func `expire at their time`() async throws {
        let keys = try open()
        let created = try await keys.create(AccessKeyRequest(expires: UnixTime(milliseconds: 2_000)))
        clock.now = UnixTime(milliseconds: 1_999)
        #expect(try await keys.verify(created.text) != .expired)
        clock.now = UnixTime(milliseconds: 2_000)
        #expect(try await keys.verify(created.text) == .expired)
    }

    @Suite struct `with credit` {
        private let temporary = TemporaryFolder()
        private let clock = TestClock()

        private func open() throws -> SQLiteAccessKeyStore {
            let database = try SQLiteDatabase(in: DataDirectory(creating: temporary.path))
            return try SQLiteAccessKeyStore(in: database, hashing: TestHashing(), now: { [clock] in clock.now })
        }

        @Test func `are charged to the microsecond, never below zero, and topped up`() async throws {
            let keys = try open()
            let counted = try await keys.create(AccessKeyRequest(creditSeconds: 60)).key.id
            func settle(_ microseconds: Int64) async throws -> Int64? {
                try await keys.settle([KeyDebit(key: counted, microseconds: microseconds)]).first?.remaining
            }
            #expect(try await settle(0) == 60_000_000)
            #expect(try await settle(1) == 59_999_999)
            #expect(try await keys.list().first?.credit == .microseconds(59_999_999))
            #expect(try await settle(70_000_000) == 0)
            #expect(try await keys.topUp(counted, seconds: 5) == .done(.seconds(5)))
            #expect(try await settle(1_500_000) == 3_500_000)
            #expect(try await open().list().first?.credit == .milliseconds(3_500), "it is in the file")
        }

        @Test func `that is not counted stay uncounted`() async throws {
            let keys = try open()
            let created = try await keys.create(AccessKeyRequest())
            let id = created.key.id
            #expect(try await keys.settle([KeyDebit(key: id, microseconds: 7)]) == [KeyStanding(key: id, isValid: true, remaining: nil)])
            #expect(try await keys.topUp(id, seconds: 60) == .notCounted)
            #expect(try await keys.verify(created.text) == .valid(AccessGrant(key: id, user: created.key.user, scopes: [], credit: nil)))
        }

        @Test func `tell who is over when they are settled`() async throws {
            let keys = try open()
            let revoked = try await keys.create(AccessKeyRequest(creditSeconds: 1)).key.id
            let expiring = try await keys.create(AccessKeyRequest(expires: UnixTime(milliseconds: 2_000))).key.id
            let debits = [revoked, expiring, ID("key_none")].map { KeyDebit(key: $0, microseconds: 0) }
            #expect(try await keys.settle(debits).map(\.isValid) == [true, true, false])
            _ = try await keys.revoke(revoked)
            clock.now = UnixTime(milliseconds: 2_000)
            #expect(try await keys.settle(debits).map(\.isValid) == [false, false, false])
        }

        @Test func `that is beyond all use stays exact`() async throws {
            let keys = try open()
            let id = try await keys.create(AccessKeyRequest(creditSeconds: .max)).key.id
            let most = AccessKey.maxCreditSeconds
            #expect(try await keys.topUp(id, seconds: .max) == .done(.seconds(most)))
            #expect(try await keys.settle([KeyDebit(key: id, microseconds: 1)]).first?.remaining == most * 1_000_000 - 1)
            #expect(try await keys.settle([KeyDebit(key: id, microseconds: most)]).first?.remaining == most * 1_000_000 - 1 - most)
        }

        @Test func `that do not exist cannot be topped up`() async throws {
            #expect(try await open().topUp(ID("key_none"), seconds: 1) == .noSuchKey)
        }
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

    @Test func `let nobody in when they cannot be hashed`() async throws {
        let keys = try open()
        let created = try await keys.create(AccessKeyRequest())
        hashing.isBroken.withLock { $0 = true }
        await #expect(throws: StoreError.cryptography("a key cannot be hashed")) { try await keys.verify(created.text) }
        await #expect(throws: StoreError.cryptography("the system has no random bytes")) { try await keys.create(AccessKeyRequest()) }
    }

    @Test func `a cut secret is refused`() async throws {
        _ = try open()
        truncate(temporary.path + "/secret", 5)
        #expect(throws: StoreError.corrupt(path: temporary.path + "/secret", detail: "the file must have 32 bytes")) { try open() }
    }
}

private final class TestClock: Sendable {
    private let time = Mutex(UnixTime(milliseconds: 1_000))

    var now: UnixTime {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}

/// Foreseeable and not secure: what these tests need.
final class TestHashing: KeyHashing {
    private let counter = Mutex<UInt64>(1)
    let isBroken = Mutex(false)

    func authenticationCode(of message: [UInt8], secret: [UInt8]) -> [UInt8] {
        if isBroken.withLock({ $0 }) { return [] }
        var code: [UInt8] = []
        for lane in 0..<4 as Range<UInt64> {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ lane
            for byte in secret + message { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            withUnsafeBytes(of: hash) { code += $0 }
        }
        return code
    }

    func randomBytes(_ count: Int) -> [UInt8]? {
        isBroken.withLock { $0 }
            ? nil
            : (0..<count).map { _ in
                counter.withLock { state in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return UInt8(state >> 56)
                }
            }
    }

    func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool { a == b }
}
