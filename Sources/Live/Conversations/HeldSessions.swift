internal import Speech
internal import Synchronization

/// The live sessions of a shared database that this gateway has, begins or is taking over, by the ids that the clients know. A session is held until the
/// database knows that it is over here, so that no request takes it for one that nobody has. May be used from any thread.
final class HeldSessions: Sendable {
    private let ids = Mutex<Set<ID<Session>>>([])

    /// Holds a session.
    ///
    /// - Returns: false when it is held already.
    @discardableResult
    func hold(_ session: ID<Session>) -> Bool { ids.withLock { $0.insert(session).inserted } }

    func letGo(_ session: ID<Session>) { ids.withLock { _ = $0.remove(session) } }
}
