package import Net
package import Speech
internal import Synchronization

/// The live sessions whose clients may lose their connections and come back, on whichever loop they live.
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
        // What it held is let go of outside the lock.
        _ = entries.withLock { $0.removeValue(forKey: id) }
    }

    /// nil: there is none of this name, or it is somebody else's.
    package func find(_ id: ID<Session>, of user: ID<User>) -> LoopBound<LiveSession>? {
        entries.withLock { entries in entries[id].flatMap { $0.user == user ? $0.session : nil } }
    }
}
