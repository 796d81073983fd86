import Speech
import Synchronization

/// The index of windows by meaning, in memory: the signs of all vectors of each user. A search compares them one after the other.
///
/// A window of 384 values takes 80 bytes. A user's windows are read from the database when they are first searched. When `maxWindows` are exceeded,
/// the windows of the user whose last search is oldest are dropped.
final class WindowIndex: Sendable {
    /// Maximum number of windows of all users together: 320 MB.
    static let maxWindows = 4_000_000

    private struct State {
        var users: [Key: Entry] = [:]
        /// Number of searches so far, to find the user whose last search is oldest.
        var searches: UInt64 = 0
    }

    struct Key: Hashable {
        /// Number of the user's archive.
        var archive: Int64
        var model: String
    }

    private struct Entry {
        var bits: WindowBits
        var lastSearch: UInt64
        /// Changes that came while the windows were being read; nil after that.
        var early: [Change]?
        /// True if another process has changed the windows while they were being read.
        var isStale = false
    }

    enum Change: Sendable {
        /// Replaces the windows of a conversation by these.
        case set(conversation: Int64, model: String, windows: [WindowBits.Window], bits: [[UInt8]])
        case remove(conversation: Int64)
    }

    private let state = Mutex(State())
    private let most: Int

    init(most: Int = WindowIndex.maxWindows) { self.most = most }

    /// Applies a change that was stored.
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

    /// Drops the windows of an archive, which another process has changed; nil: of all archives. The next search reads them again.
    func drop(archive: Int64?) {
        state.withLock { state in
            for key in state.users.keys where archive == nil || key.archive == archive {
                // Windows that are being read now may be those of before the change: they are not kept.
                if state.users[key]?.early == nil { state.users[key] = nil } else { state.users[key]?.isStale = true }
            }
        }
    }

    /// Runs `body` with a user's windows. `read` reads the windows from the database if they are not in memory.
    ///
    /// - Parameter read: may be called several times at once for the same user; one result is kept.
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
            // Another search has read the windows first.
            if let entry = state.users[key], entry.early == nil { return entry.bits }
            var bits = found
            for change in state.users[key]?.early ?? [] { bits.apply(change, model: key.model) }
            state.searches += 1
            guard state.users[key]?.isStale != true else {
                state.users[key] = nil
                return bits
            }
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
