@testable import Admission
import Protocols
import Speech
import Store
import Testing

@Suite struct `Accounts of several gateways` {
    private struct NoKeys: AccessKeyStore {
        func isEmpty() async throws(StoreError) -> Bool { true }
        func verify(_ presented: String) async throws(StoreError) -> KeyVerdict { .unknown }
        func standing(of key: ID<AccessKey>) async throws(StoreError) -> KeyVerdict { .unknown }
        func endLogin(_ code: [UInt8], expires: UnixTime) async throws(StoreError) {}
        func isLoginEnded(_ code: [UInt8]) async throws(StoreError) -> Bool { false }
        func settle(_ debits: [KeyDebit]) async throws(StoreError) -> [KeyStanding] {
            debits.map { KeyStanding(key: $0.key, isValid: true, remaining: 60_000_000 - $0.microseconds) }
        }
    }

    private let caller = Caller.key(AccessGrant(key: ID("key"), user: ID("ann"), scopes: [], credit: .seconds(60)))

    private func open(_ accounts: BillingAccounts, goesOn: Bool = false) throws(RequestError) -> BillingUse {
        try accounts.open(caller, for: .listen, paysWithCredit: true, goesOn: goesOn)
    }

    @Test func `count a user's live sessions at all gateways`() throws {
        let accounts = BillingAccounts(keys: NoKeys(), sessionsPerUser: 2)
        let first = try open(accounts)
        #expect(accounts.sessions == [OpenUserUsage(user: ID("ann"), key: nil, sessions: 1)])
        accounts.heard([OpenUserUsage(user: ID("ann"), key: nil, sessions: 1), OpenUserUsage(user: ID("bob"), key: nil, sessions: 5)])
        #expect(throws: RequestError.tooManyRequests(retryAfter: nil)) { try open(accounts) }
        // A session that comes from another gateway is counted there until that gateway has told that the session is gone.
        let moved = try open(accounts, goesOn: true)
        #expect(throws: RequestError.self) { try open(accounts, goesOn: true) }
        accounts.heard([])
        #expect(throws: RequestError.self, "both are here") { try open(accounts) }
        withExtendedLifetime((first, moved)) {}
    }

    @Test func `charge a request that knows a key's credit from before`() async throws {
        let accounts = BillingAccounts(keys: NoKeys())
        do {
            let use = try open(accounts)
            #expect(use.account.spend(60_000_000).granted == 60_000_000)
        }
        _ = try await accounts.settle()
        #expect(throws: RequestError.outOfCredit) { try open(accounts) }
    }

    @Test func `tell the store soon that much was spent`() async throws {
        let accounts = BillingAccounts(keys: NoKeys())
        let use = try open(accounts)
        _ = use.account.spend(14_000_000)
        #expect(!accounts.isUrgent)
        _ = use.account.spend(1_000_000)
        #expect(accounts.isUrgent)
        _ = try await accounts.settle()
        #expect(!accounts.isUrgent)
        #expect(use.account.remaining == 45_000_000)
    }
}
