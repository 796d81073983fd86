package import Protocols
package import Speech
package import Store
internal import Synchronization

/// The accounts of the keys that are in use now, and their settlement with the store.
///
/// Audio is charged in memory when it comes, and the store gets the charges once a second; a crash loses the charges of that second. The gateway
/// learns in the same way of credit that `harken keys` has given and of keys that it has revoked.
package final class BillingAccounts: Sendable {
    private struct Entry {
        let account: BillingAccount
        var uses = 0
        /// Number of the account's uses that are live sessions.
        var sessions = 0
        /// Time when the last use ended; nil while there is one.
        var unusedSince: Instant?
        /// Balance in the store after the last settlement, in microseconds of audio. Has no meaning when audio is not counted.
        var settled: Int64
    }

    private let keys: any AccessKeyStore
    /// Maximum number of live sessions of one user at a time; nil for any number.
    private let sessionsPerUser: Int?
    private let entries = Mutex<[CallerID: Entry]>([:])
    /// Number of live sessions at other gateways of the database, by user.
    private let elsewhere = Mutex<[ID<User>: Int]>([:])

    package init(keys: any AccessKeyStore, sessionsPerUser: Int? = nil) {
        self.keys = keys
        self.sessionsPerUser = sessionsPerUser
    }

    /// The live sessions of this gateway, by user; empty when their number is not limited.
    package var sessions: [OpenUserUsage] {
        guard sessionsPerUser != nil else { return [] }
        let counts = entries.withLock { entries in
            entries.values.reduce(into: [ID<User>: Int]()) { if $1.sessions > 0 { $0[$1.account.user, default: 0] += $1.sessions } }
        }
        return counts.map { OpenUserUsage(user: $0.key, key: nil, sessions: $0.value) }
    }

    /// Notes the live sessions at other gateways of the database.
    package func heard(_ open: [OpenUserUsage]) {
        let counts = open.reduce(into: [ID<User>: Int]()) { if $1.sessions > 0 { $0[$1.user, default: 0] += $1.sessions } }
        elsewhere.withLock { $0 = counts }
    }

    /// Opens a caller's account, if the caller has credit or needs none.
    ///
    /// - Parameters:
    ///   - paysWithCredit: false if the caller pays a vendor with a key of their own, and needs no credit here.
    ///   - goesOn: true for a session that goes on here, and is counted at another gateway still.
    package func open(_ caller: Caller, for scope: AccessScope, paysWithCredit: Bool, goesOn: Bool = false) throws(RequestError) -> BillingUse {
        let sessionsPerUser = sessionsPerUser
        let user = caller.user
        let id = CallerID(caller)
        let others = sessionsPerUser == nil || goesOn ? 0 : elsewhere.withLock { $0[user] ?? 0 }
        let account = entries.withLock { entries -> Result<BillingAccount, RequestError> in
            if scope == .listen, let most = sessionsPerUser {
                let sessions = entries.values.reduce(others) { $1.account.user == user ? $0 + $1.sessions : $0 }
                guard sessions < most else { return .failure(.tooManyRequests(retryAfter: nil)) }
            }
            var entry = entries[id] ?? Entry(account: BillingAccount(caller), settled: caller.grant?.credit?.wholeMicroseconds ?? 0)
            guard !paysWithCredit || !entry.account.isCounted || entry.account.remaining > 0 else { return .failure(.outOfCredit) }
            entry.uses += 1
            entry.unusedSince = nil
            if scope == .listen { entry.sessions += 1 }
            entries[id] = entry
            return .success(entry.account)
        }
        return BillingUse(try account.get(), scope, of: self)
    }

    fileprivate func close(_ use: BillingUse) {
        entries.withLock { entries in
            guard var entry = entries[use.account.id] else { return }
            entry.uses -= 1
            if use.scope == .listen { entry.sessions -= 1 }
            if entry.uses == 0 { entry.unusedSince = .now }
            // Accounts without a key are not settled.
            entries[use.account.id] = entry.uses == 0 && entry.account.key == nil ? nil : entry
        }
    }

    /// True if an account has spent so much that the store should know soon: other gateways may spend the same credit until then.
    package var isUrgent: Bool {
        entries.withLock { entries in entries.values.contains { $0.account.unsettledAmount >= Self.urgentAmount } }
    }

    /// Time for which an account stays that nobody uses: a request whose key was read before the account's charges were settled knows the old credit.
    private static let idleTime: Duration = .seconds(60)
    /// Spent audio from which the store is told soon, in microseconds.
    private static let urgentAmount: Int64 = 15_000_000

    /// Tells the store the charges, and reads the standings of the keys. Calls must not overlap.
    ///
    /// - Returns: keys that are no longer valid, each once.
    package func settle() async throws(StoreError) -> [ID<AccessKey>] {
        let accounts = entries.withLock { $0.values.map(\.account) }.filter { $0.key != nil }
        let debits = accounts.compactMap { account in account.key.map { KeyDebit(key: $0, microseconds: account.takeUnsettled()) } }
        guard !debits.isEmpty else { return [] }
        let standings: [KeyStanding]
        do throws(StoreError) {
            standings = try await keys.settle(debits)
        } catch {
            for (account, debit) in zip(accounts, debits) { account.giveBack(unsettled: debit.microseconds) }
            throw error
        }
        let now = Instant.now
        return entries.withLock { entries in
            var over: [ID<AccessKey>] = []
            for (debit, standing) in zip(debits, standings) {
                guard var entry = entries[.key(standing.key)] else { continue }
                if !standing.isValid, entry.account.invalidate() { over.append(standing.key) }
                if let remaining = standing.remaining {
                    let expected = max(0, entry.settled - debit.microseconds)
                    if remaining != expected { entry.account.correct(by: remaining - expected) }
                    entry.settled = remaining
                }
                let isOver = entry.account.isSettled && entry.unusedSince.map { now - $0 >= Self.idleTime } ?? false
                entries[.key(standing.key)] = isOver ? nil : entry
            }
            return over
        }
    }
}

/// The use of a key's account by one session or recording. The use ends with its owner.
package final class BillingUse: Sendable {
    package let account: BillingAccount
    fileprivate let scope: AccessScope
    private let accounts: BillingAccounts

    fileprivate init(_ account: BillingAccount, _ scope: AccessScope, of accounts: BillingAccounts) {
        self.account = account
        self.scope = scope
        self.accounts = accounts
    }

    deinit { accounts.close(self) }
}
