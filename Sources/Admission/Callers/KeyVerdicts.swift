package import Net
package import Speech
package import Store
internal import Synchronization

/// The store's verdicts on access keys, kept in memory to judge callers. May be used from any thread.
///
/// `load` asks the store before a caller is judged. The judgement itself reads memory only, so a slow store delays only the caller who waits for it.
/// Each request is judged by a verdict that the store gave after the request came: a revoked key is rejected from the next request on.
///
/// Only keys that exist are kept, and only for a short time: a wrong key leaves nothing behind. The texts of keys are kept as authentication codes under
/// a secret of this process.
package final class KeyVerdicts: Sendable {
    /// The authentication code of a text that may be a key's.
    package struct Code: Hashable, Sendable {
        /// The code's bytes; nil: the text is longer than any key's.
        fileprivate let bytes: [UInt8]?
    }

    /// The name under which a verdict is kept.
    private enum Subject: Hashable {
        case code([UInt8])
        case key(ID<AccessKey>)
    }

    private struct Entry {
        /// Number of the load that gave the verdict; 0: none has ended.
        var number: UInt64 = 0
        /// The verdict; nil when the store could not be read.
        var verdict: KeyVerdict?
        /// Number of loads under way.
        var loads = 0
        /// Time when the last load ended.
        var loaded: Instant
    }

    private enum Existence { case unknown, none, some }

    private struct State {
        /// Existence of keys. Keys are never deleted, so `some` never changes.
        var existence = Existence.unknown
        var entries: [Subject: Entry] = [:]
        var number: UInt64 = 0
        /// Time until which a key without a verdict is not called wrong, because a read has failed.
        var unreadableUntil: Instant?
        /// Number of entries at which old ones are dropped.
        var limit = minLimit

        mutating func dropOld(_ now: Instant) {
            guard entries.count > limit else { return }
            entries = entries.filter { $0.value.loads > 0 || now - $0.value.loaded < KeyVerdicts.lifetime }
            limit = max(Self.minLimit, 2 * entries.count)
        }

        private static let minLimit = 1_000
    }

    /// Minimum time for which a verdict is kept.
    package static let lifetime = Duration.seconds(60)
    /// Time after a failed read in which a key without a verdict is not called wrong.
    package static let doubt = Duration.seconds(10)

    private let store: any AccessKeyStore
    private let secret: [UInt8]
    private let clock: @Sendable () -> Instant
    private let state = Mutex(State())

    /// Makes an empty set of verdicts.
    ///
    /// - Throws: when the system has no randomness.
    package init(of store: any AccessKeyStore, clock: @escaping @Sendable () -> Instant = { .now }) throws(TLSError) {
        self.store = store
        self.clock = clock
        secret = try secureRandomBytes(32)
    }

    /// Number of verdicts that are kept.
    package var count: Int { state.withLock { $0.entries.count } }

    // MARK: The first key

    /// True if the store has no key. A store that could not be read counts as having keys.
    package var isEmpty: Bool { state.withLock { $0.existence == .none } }

    /// True if `loadExistence` may change `isEmpty`.
    package var mayBeEmpty: Bool { state.withLock { $0.existence != .some } }

    package func loadExistence() async {
        guard mayBeEmpty else { return }
        let found: Existence
        do throws(StoreError) { found = try await store.isEmpty() ? .none : .some } catch { found = .unknown }
        state.withLock { if $0.existence != .some { $0.existence = found } }
    }

    // MARK: Single keys

    /// Returns the code of a text that may be a key's.
    package func code(of presented: String) -> Code {
        Code(bytes: presented.utf8.count <= AccessKey.maxTextLength ? hmacSHA256(Array(presented.utf8), key: secret) : nil)
    }

    /// Asks the store about a key's text.
    ///
    /// - Parameter code: the text's code.
    package func load(_ presented: String, _ code: Code) async {
        guard let bytes = code.bytes else { return }
        await load(.code(bytes)) { (store) throws(StoreError) in try await store.verify(presented) }
    }

    /// Asks the store about the key behind a temporary token.
    package func load(_ key: ID<AccessKey>) async {
        await load(.key(key)) { (store) throws(StoreError) in try await store.standing(of: key) }
    }

    /// Returns the last verdict on the key's text with this code; nil when the store could not be read.
    package func verdict(on code: Code) -> KeyVerdict? { code.bytes.map { verdict(on: .code($0)) } ?? .unknown }

    /// Returns the last verdict on the key behind a temporary token; nil when the store could not be read.
    package func verdict(on key: ID<AccessKey>) -> KeyVerdict? { verdict(on: .key(key)) }

    private func verdict(on subject: Subject) -> KeyVerdict? {
        let now = clock()
        return state.withLock { state in
            if let entry = state.entries[subject], entry.number > 0 { return entry.verdict }
            return state.unreadableUntil.map { now < $0 } == true ? nil : .unknown
        }
    }

    private func load(_ subject: Subject, _ ask: (any AccessKeyStore) async throws(StoreError) -> KeyVerdict) async {
        let began = clock()
        let number = state.withLock { state in
            state.number += 1
            state.entries[subject, default: Entry(loaded: began)].loads += 1
            return state.number
        }
        let verdict: KeyVerdict?
        do throws(StoreError) { verdict = try await ask(store) } catch { verdict = nil }
        let now = clock()
        state.withLock { state in
            guard var entry = state.entries[subject] else { return }
            entry.loads -= 1
            entry.loaded = now
            // A load that began earlier may end later.
            if number > entry.number {
                entry.number = number
                entry.verdict = verdict
            }
            if verdict == nil { state.unreadableUntil = now + Self.doubt }
            let isKept = entry.loads > 0 || (entry.verdict != nil && entry.verdict != .unknown)
            state.entries[subject] = isKept ? entry : nil
            state.dropOld(now)
        }
    }
}
