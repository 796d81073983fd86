import HarkenTesting
import Speech
import Store
import Synchronization
import Testing

@Suite struct `Access keys` {
    private let temporary = TemporaryFolder()
    private let hashing = TestHashing()
    private let clock = TestClock()

    private func open(_ kind: StoreKind) throws -> any AccessKeyAdministration {
        try kind.backEnd(in: temporary).keys(hashing: hashing, now: { [clock] in clock.now })
    }

    @Test(arguments: StoreKind.allCases) func `are none at first`(kind: StoreKind) async throws {
        let keys = try open(kind)
        #expect(try await keys.isEmpty())
        #expect(try await keys.list() == [])
        #expect(try await keys.verify("hk_anything") == .unknown)
    }

    @Test(arguments: StoreKind.allCases) func `a new key is worth what was asked for`(kind: StoreKind) async throws {
        let keys = try open(kind)
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

    @Test(arguments: StoreKind.allCases) func `keep the languages that they allow`(kind: StoreKind) async throws {
        let keys = try open(kind), languages = ["de", "en"].map { LanguageTag($0) }
        let created = try await keys.create(AccessKeyRequest(user: ID("ann"), languages: languages))
        let grant = KeyVerdict.valid(AccessGrant(key: created.key.id, user: ID("ann"), scopes: [], languages: languages, credit: nil))
        #expect(try await keys.verify(created.text) == grant)
        #expect(try await keys.standing(of: created.key.id) == grant)
        #expect(try await keys.list() == [created.key])
        #expect(try await keys.settle([KeyDebit(key: created.key.id, microseconds: 0)]).first?.languages == languages)
        let free = try await keys.create(AccessKeyRequest())
        #expect(free.key.languages.isEmpty)
        #expect(try await keys.settle([KeyDebit(key: free.key.id, microseconds: 0)]).first?.languages == [])
    }

    @Test(arguments: StoreKind.allCases) func `without a user belong to new ones`(kind: StoreKind) async throws {
        let keys = try open(kind)
        let first = try await keys.create(AccessKeyRequest())
        let second = try await keys.create(AccessKeyRequest())
        #expect(first.key.user != second.key.user)
        #expect(first.text != second.text)
    }

    @Test(arguments: StoreKind.allCases) func `know the logins that were ended, until these expire`(kind: StoreKind) async throws {
        let keys = try open(kind), other = try open(kind)
        let now = clock.now
        try await keys.endLogin([1, 2], expires: now + .seconds(60))
        try await keys.endLogin([1, 2], expires: now + .seconds(60))
        #expect(try await other.isLoginEnded([1, 2]))
        #expect(try await !other.isLoginEnded([1]))
        try await keys.endLogin([3], expires: now + .seconds(90))
        clock.now = now + .seconds(86_400)
        try await keys.endLogin([4], expires: now + .seconds(86_460))
        #expect(try await other.isLoginEnded([1, 2]), "a clock that jumps ahead lets no login in again")
        try await keys.forgetLogins(expiredAt: now + .seconds(60))
        #expect(try await other.isLoginEnded([3]))
        #expect(try await !other.isLoginEnded([1, 2]))
    }

    @Test(arguments: StoreKind.allCases) func `of the same user are kept apart`(kind: StoreKind) async throws {
        let keys = try open(kind)
        let first = try await keys.create(AccessKeyRequest(user: ID("ann")))
        let second = try await keys.create(AccessKeyRequest(user: ID("ann")))
        #expect(try await keys.revoke(first.key.id))
        #expect(try await keys.verify(first.text) == .revoked)
        #expect(try await keys.verify(second.text) != .revoked)
    }

    @Test(arguments: ["", "hk_", "hk", "sk_live", "hk_ ", "hk_\u{0}", "hk_" + String(repeating: "a", count: 100_000)], StoreKind.allCases)
    func `what is no key is unknown`(text: String, kind: StoreKind) async throws {
        let keys = try open(kind)
        let created = try await keys.create(AccessKeyRequest())
        #expect(try await keys.verify(text) == .unknown)
        #expect(try await keys.verify(created.text + "a") == .unknown)
        #expect(try await keys.verify(String(created.text.dropLast())) == .unknown)
    }

    @Test(arguments: StoreKind.allCases) func `made and revoked by another process count from the next handshake on`(kind: StoreKind) async throws {
        let gateway = try open(kind), commandLine = try open(kind)
        #expect(try await gateway.isEmpty())
        let created = try await commandLine.create(AccessKeyRequest())
        #expect(try await !gateway.isEmpty())
        #expect(try await gateway.verify(created.text) == .valid(AccessGrant(key: created.key.id, user: created.key.user, scopes: [], credit: nil)))
        #expect(try await commandLine.revoke(created.key.id))
        #expect(try await gateway.verify(created.text) == .revoked)
    }

    @Test(arguments: StoreKind.allCases) func `can be asked for by their id by who has shown one before`(kind: StoreKind) async throws {
        let keys = try open(kind)
        let created = try await keys.create(AccessKeyRequest(expires: clock.now + .seconds(10)))
        #expect(
            try await keys.standing(of: created.key.id) == .valid(AccessGrant(key: created.key.id, user: created.key.user, scopes: [], credit: nil)))
        #expect(try await keys.standing(of: ID("key_x")) == .unknown)
        clock.now = clock.now + .seconds(10)
        #expect(try await keys.standing(of: created.key.id) == .expired)
        #expect(try await keys.revoke(created.key.id))
        #expect(try await keys.standing(of: created.key.id) == .revoked)
    }

    @Test(arguments: StoreKind.allCases) func `that are all revoked still keep strangers out`(kind: StoreKind) async throws {
        let keys = try open(kind)
        let created = try await keys.create(AccessKeyRequest())
        #expect(try await keys.revoke(created.key.id))
        #expect(try await !keys.isEmpty())
    }

    @Test(arguments: StoreKind.allCases) func `are revoked once and listed with the time`(kind: StoreKind) async throws {
        let keys = try open(kind)
        let created = try await keys.create(AccessKeyRequest())
        clock.now = UnixTime(milliseconds: 2_000)
        #expect(try await keys.revoke(created.key.id))
        clock.now = UnixTime(milliseconds: 3_000)
        #expect(try await keys.revoke(created.key.id))
        #expect(try await keys.list().map(\.revoked) == [UnixTime(milliseconds: 2_000)])
        #expect(try await !keys.revoke(ID("key_other")))
    }

    @Test(arguments: StoreKind.allCases) func `expire at their time`(kind: StoreKind) async throws {
        let keys = try open(kind)
        let created = try await keys.create(AccessKeyRequest(expires: UnixTime(milliseconds: 2_000)))
        clock.now = UnixTime(milliseconds: 1_999)
        #expect(try await keys.verify(created.text) != .expired)
        clock.now = UnixTime(milliseconds: 2_000)
        #expect(try await keys.verify(created.text) == .expired)
    }

    @Test(arguments: StoreKind.allCases) func `let nobody in when they cannot be hashed`(kind: StoreKind) async throws {
        let keys = try open(kind)
        let created = try await keys.create(AccessKeyRequest())
        hashing.isBroken.withLock { $0 = true }
        await #expect(throws: StoreError.cryptography("a key cannot be hashed")) { try await keys.verify(created.text) }
        await #expect(throws: StoreError.cryptography("the system has no random bytes")) { try await keys.create(AccessKeyRequest()) }
    }

    @Suite struct `with credit` {
        private let temporary = TemporaryFolder()
        private let clock = TestClock()

        private func open(_ kind: StoreKind) throws -> any AccessKeyAdministration {
            try kind.backEnd(in: temporary).keys(hashing: TestHashing(), now: { [clock] in clock.now })
        }

        @Test(arguments: StoreKind.allCases) func `are charged to the microsecond, never below zero, and topped up`(kind: StoreKind) async throws {
            let keys = try open(kind)
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
            #expect(try await open(kind).list().first?.credit == .milliseconds(3_500), "it is in the file")
        }

        @Test(arguments: StoreKind.allCases) func `that is not counted stay uncounted`(kind: StoreKind) async throws {
            let keys = try open(kind)
            let created = try await keys.create(AccessKeyRequest())
            let id = created.key.id
            #expect(try await keys.settle([KeyDebit(key: id, microseconds: 7)]) == [KeyStanding(key: id, isValid: true, remaining: nil)])
            #expect(try await keys.topUp(id, seconds: 60) == .notCounted)
            #expect(try await keys.verify(created.text) == .valid(AccessGrant(key: id, user: created.key.user, scopes: [], credit: nil)))
        }

        @Test(arguments: StoreKind.allCases) func `tell who is over when they are settled`(kind: StoreKind) async throws {
            let keys = try open(kind)
            let revoked = try await keys.create(AccessKeyRequest(creditSeconds: 1)).key.id
            let expiring = try await keys.create(AccessKeyRequest(expires: UnixTime(milliseconds: 2_000))).key.id
            let debits = [revoked, expiring, ID("key_none")].map { KeyDebit(key: $0, microseconds: 0) }
            #expect(try await keys.settle(debits).map(\.isValid) == [true, true, false])
            _ = try await keys.revoke(revoked)
            clock.now = UnixTime(milliseconds: 2_000)
            #expect(try await keys.settle(debits).map(\.isValid) == [false, false, false])
        }

        @Test(arguments: StoreKind.allCases) func `that is beyond all use stays exact`(kind: StoreKind) async throws {
            let keys = try open(kind)
            let id = try await keys.create(AccessKeyRequest(creditSeconds: .max)).key.id
            let most = AccessKey.maxCreditSeconds
            #expect(try await keys.topUp(id, seconds: .max) == .done(.seconds(most)))
            #expect(try await keys.settle([KeyDebit(key: id, microseconds: 1)]).first?.remaining == most * 1_000_000 - 1)
            #expect(try await keys.settle([KeyDebit(key: id, microseconds: most)]).first?.remaining == most * 1_000_000 - 1 - most)
        }

        @Test(arguments: StoreKind.allCases) func `that do not exist cannot be topped up`(kind: StoreKind) async throws {
            #expect(try await open(kind).topUp(ID("key_none"), seconds: 1) == .noSuchKey)
        }
    }
}
