@testable import Admission
import Gateway
import Speech
@testable import Store
import Synchronization

/// The keys of a test's gateway, in memory: all of one user, but those that are said to be another's.
final class TestKeys: AccessKeyAdministration {
    private struct Key {
        var scopes: [String] = []
        var languages: [LanguageTag] = []
        var remaining: Int64?
        var isValid = true
        var isExpired = false
    }

    private let keys: Mutex<[String: Key]>
    private let users: [String: String]
    /// Key whose reading takes until `letSlow`; nil: none.
    private let slow: String?
    private let settled = Mutex(0)
    private let readers = Mutex<[CheckedContinuation<Void, Never>]>([])

    /// - Parameters:
    ///   - valid: their texts; none: no key exists.
    ///   - credit: of each; nil: not counted.
    ///   - users: by text, of keys that are not the one user's.
    ///   - scopesOf: scopes by text, of keys that have others than `scopes`.
    ///   - languages: languages that each key allows; empty: every language.
    ///   - creditOf: credit by text, of keys that have another than `credit`.
    ///   - slow: text of a key whose reading takes until `letSlow`.
    init(
        valid: [String], credit: Duration? = nil, scopes: [String] = [], users: [String: String] = [:], scopesOf: [String: [String]] = [:],
        languages: [LanguageTag] = [], creditOf: [String: Duration] = [:], slow: String? = nil
    ) {
        self.users = users
        self.slow = slow
        keys = Mutex(
            Dictionary(
                uniqueKeysWithValues: valid.map { text in
                    let remaining = (creditOf[text] ?? credit).map { Int64($0 / .microseconds(1)) }
                    return (text, Key(scopes: scopesOf[text] ?? scopes, languages: languages, remaining: remaining))
                }))
    }

    private let endedLogins = Mutex<Set<[UInt8]>>([])

    func forgetLogins(expiredAt time: UnixTime) async throws(StoreError) {}

    func endLogin(_ code: [UInt8], expires: UnixTime) async throws(StoreError) { _ = endedLogins.withLock { $0.insert(code) } }

    func isLoginEnded(_ code: [UInt8]) async throws(StoreError) -> Bool { endedLogins.withLock { $0.contains(code) } }

    func isEmpty() async throws(StoreError) -> Bool { keys.withLock { $0.isEmpty } }

    func verify(_ presented: String) async throws(StoreError) -> KeyVerdict {
        if presented == slow { await withCheckedContinuation { continuation in readers.withLock { $0.append(continuation) } } }
        return verdict(on: presented)
    }

    /// Number of readings of the slow key that have not ended.
    var slowReadings: Int { readers.withLock { $0.count } }

    /// Ends the readings of the slow key.
    func letSlow() {
        let waiting = readers.withLock { readers in
            defer { readers = [] }
            return readers
        }
        for reader in waiting { reader.resume() }
    }

    private func verdict(on presented: String) -> KeyVerdict {
        guard let key = keys.withLock({ $0[presented] }) else { return .unknown }
        guard key.isValid else { return .revoked }
        guard !key.isExpired else { return .expired }
        return .valid(
            AccessGrant(
                key: ID(presented), user: ID(users[presented] ?? "user"), scopes: key.scopes, languages: key.languages,
                credit: key.remaining.map { .microseconds($0) })
        )
    }

    func standing(of key: ID<AccessKey>) async throws(StoreError) -> KeyVerdict { verdict(on: key.rawValue) }

    /// Number of times that charges were settled.
    var settlements: Int { settled.withLock { $0 } }

    func settle(_ debits: [KeyDebit]) async throws(StoreError) -> [KeyStanding] {
        settled.withLock { $0 += 1 }
        return keys.withLock { keys in
            debits.map { debit in
                let name = debit.key.rawValue
                if let remaining = keys[name]?.remaining { keys[name]?.remaining = max(0, remaining - debit.microseconds) }
                return KeyStanding(
                    key: debit.key, isValid: keys[name]?.isValid ?? false, remaining: keys[name]?.remaining, languages: keys[name]?.languages ?? [])
            }
        }
    }

    func create(_ request: AccessKeyRequest) async throws(StoreError) -> CreatedAccessKey {
        let text = keys.withLock { keys in
            let text = "made-\(keys.count)"
            keys[text] = Key(scopes: request.scopes, languages: request.languages, remaining: request.creditSeconds.map { $0 * 1_000_000 })
            return text
        }
        return CreatedAccessKey(key: described(text), text: text)
    }

    private func described(_ text: String) -> AccessKey {
        let key = keys.withLock { $0[text] }
        return AccessKey(
            id: ID(text), prefix: String(text.prefix(3)), name: nil, user: ID(users[text] ?? "user"), scopes: key?.scopes ?? [],
            languages: key?.languages ?? [], created: UnixTime(milliseconds: 0), expires: nil,
            revoked: key?.isValid == true ? nil : UnixTime(milliseconds: 1), credit: key?.remaining.map { .microseconds($0) })
    }

    func list() async throws(StoreError) -> [AccessKey] { keys.withLock { $0.keys.sorted() }.map { described($0) } }

    func revoke(_ key: ID<AccessKey>) async throws(StoreError) -> Bool {
        let isKnown = keys.withLock { $0[key.rawValue] != nil }
        if isKnown { revoke(key.rawValue) }
        return isKnown
    }

    func topUp(_ key: ID<AccessKey>, seconds: Int64) async throws(StoreError) -> TopUp {
        guard keys.withLock({ $0[key.rawValue] != nil }) else { return .noSuchKey }
        topUp(key.rawValue, .seconds(seconds))
        return credit(key.rawValue).map { .done($0) } ?? .notCounted
    }

    func bringToFile() async throws(StoreError) {}

    func add(_ text: String) { keys.withLock { $0[text] = Key() } }

    func revoke(_ text: String) { keys.withLock { $0[text]?.isValid = false } }

    func expire(_ text: String) { keys.withLock { $0[text]?.isExpired = true } }

    func topUp(_ text: String, _ credit: Duration) { keys.withLock { $0[text]?.remaining? += Int64(credit / .microseconds(1)) } }

    /// What the store has.
    func credit(_ text: String) -> Duration? { keys.withLock { $0[text]?.remaining }.map { .microseconds($0) } }
}
