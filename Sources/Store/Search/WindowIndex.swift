import Speech
import Synchronization

/// What the windows mean, in memory: for each user the signs of all vectors, which are compared one after the other.
///
/// 80 bytes for a window of 384 values. A user's windows are read from the database when they are first searched, and forgotten when `maxWindows`
/// are exceeded and others were searched since.
final class WindowIndex: Sendable {
    /// Of all users together: 320 MB.
    static let maxWindows = 4_000_000

    private struct State {
        var users: [Key: Entry] = [:]
        /// Counts the searches, to know which user's was the longest ago.
        var searches: UInt64 = 0
    }

    struct Key: Hashable {
        /// Its number.
        var archive: Int64
        var model: String
    }

    private struct Entry {
        var bits: WindowBits
        var lastSearch: UInt64
        /// What came while the windows were being read; nil once they are.
        var early: [Change]?
    }

    enum Change: Sendable {
        /// The conversation has these windows, and no others.
        case set(conversation: Int64, model: String, windows: [WindowBits.Window], bits: [[UInt8]])
        case remove(conversation: Int64)
    }

    private let state = Mutex(State())
    private let most: Int

    init(most: Int = WindowIndex.maxWindows) { self.most = most }

    /// Follows a change that is stored.
    func apply(_ change: Change, to archive: Int64) {
        state.withLock { state in
            for key in state.users.keys where key.archive == archive {
                if state.users[key]?.early != nil {
                    state.users[key]?.early?.append(change)
                } else {
                    state.users[key]?.bits.apply(change, model: key.model)
                }
            }
        }
    }

    /// Runs `body` with a user's windows, which `read` gets from the database unless they are here.
    ///
    /// - Parameter read: may be called for the same user more than once at a time; one answer is kept.
    func search<Value>(
        _ key: Key, read: () throws(StoreError) -> WindowBits, _ body: (borrowing WindowBits) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        if let bits = find(key) { return try body(bits) }
        state.withLock { state in
            if state.users[key] == nil { state.users[key] = Entry(bits: WindowBits(dimensions: 0), lastSearch: 0, early: []) }
        }
        let found: WindowBits
        do throws(StoreError) { found = try read() } catch {
            state.withLock { state in if state.users[key]?.early != nil { state.users[key] = nil } }
            throw error
        }
        return try body(keep(found, for: key))
    }

    private func find(_ key: Key) -> WindowBits? {
        state.withLock { state in
            guard let entry = state.users[key], entry.early == nil else { return nil }
            state.searches += 1
            state.users[key]?.lastSearch = state.searches
            return entry.bits
        }
    }

    private func keep(_ found: WindowBits, for key: Key) -> WindowBits {
        state.withLock { state in
            // Another search was quicker.
            if let entry = state.users[key], entry.early == nil { return entry.bits }
            var bits = found
            for change in state.users[key]?.early ?? [] { bits.apply(change, model: key.model) }
            state.searches += 1
            state.users[key] = Entry(bits: bits, lastSearch: state.searches, early: nil)
            var count = state.users.values.reduce(0) { $0 + $1.bits.count }
            while count > most,
                let oldest = state.users.filter({ $0.key != key && $0.value.early == nil }).min(by: { $0.value.lastSearch < $1.value.lastSearch })
            {
                count -= oldest.value.bits.count
                state.users[oldest.key] = nil
            }
            return bits
        }
    }
}
