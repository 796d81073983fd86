package import Net
package import Speech
internal import Synchronization

/// The live sessions, on all loops, whose clients may come back after a lost connection. May be used from any thread.
package final class ResumableSessions: Sendable {
    private struct Entry {
        var user: ID<User>
        var session: LoopBound<LiveSession>
    }

    private let entries = Mutex<[ID<Session>: Entry]>([:])

    package init() {}

    package func add(_ id: ID<Session>, of user: ID<User>, _ session: LoopBound<LiveSession>) {
        entries.withLock { $0[id] = Entry(user: user, session: session) }
    }

    package func remove(_ id: ID<Session>) {
        // The removed entry is released outside the lock.
        _ = entries.withLock { $0.removeValue(forKey: id) }
    }

    /// Returns the session with this id; nil when there is none or it belongs to another user.
    package func find(_ id: ID<Session>, of user: ID<User>) -> LoopBound<LiveSession>? {
        entries.withLock { entries in entries[id].flatMap { $0.user == user ? $0.session : nil } }
    }
}
