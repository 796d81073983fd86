internal import Continuity
internal import Journal
internal import Protocols
internal import Speech

/// The sessions of a gateway that was killed whose clients may come back, and the places at which clients went on in new sessions.
///
/// A session waits here for its client. It is recovered when the client has come back, or has not come in time.
struct ReturningClients {
    /// Time for which a session waits for its client.
    static let patience = ListenServer.resumeWindow

    private let earlierSessions: EarlierSessions
    /// Sessions that wait for their clients. They are not recovered before that.
    private(set) var awaited: [PendingSession] = []
    /// Searches for the places at which clients that came back go on.
    private var searches: [ID<Session>: Task<Void, Never>] = [:]
    /// Ends of sessions that were cut where their clients went on in new sessions.
    private var cuts: [ID<Session>: Duration] = [:]

    /// - Parameter earlierSessions: the answers to clients that come back.
    init(_ earlierSessions: EarlierSessions) { self.earlierSessions = earlierSessions }

    /// True if a session's client may come back and go on in a new session.
    func mayReturn(_ session: UnfinishedSession, now: UnixTime) -> Bool {
        let record = session.record
        guard record.mayReturn, let started = record.started, cuts[record.id] == nil else { return false }
        return now - (started + Self.length(of: session)) < Self.patience
    }

    private static func length(of session: UnfinishedSession) -> Duration {
        session.transcript.received.duration(at: session.transcript.rate)
    }

    /// Answers clients that ask for sessions of earlier runs: it is known which sessions wait for them, and which were cut for them.
    func answer(for sessions: [UnfinishedSession]) {
        earlierSessions.found(sessions.map { ($0.record.id, $0.record.user, cuts[$0.record.id] ?? Self.length(of: $0)) })
    }

    /// Adds sessions that wait for their clients.
    mutating func wait(for sessions: [PendingSession]) { awaited += sessions }

    /// Removes the sessions whose clients have not come in time, and returns them. A session whose client has come stays until its search has ended.
    ///
    /// - Parameter ids: the sessions whose time is over.
    mutating func giveUp(_ ids: Set<ID<Session>>) -> [PendingSession] { take { ids.contains($0.id) && searches[$0.id] == nil } }

    private mutating func take(where isDue: (PendingSession) -> Bool) -> [PendingSession] {
        let due = awaited.filter(isDue)
        awaited.removeAll(where: isDue)
        return due
    }

    /// The searches that go on.
    var openSearches: [Task<Void, Never>] { Array(searches.values) }

    /// Returns the search for the place at which a session's client goes on; nil when there is none.
    func search(for id: ID<Session>) -> Task<Void, Never>? { searches[id] }

    /// Returns the session whose client has come and for which no search has begun; nil when there is none.
    func unsearched(_ id: ID<Session>) -> PendingSession? { searches[id] == nil ? awaited.first { $0.id == id } : nil }

    mutating func began(_ search: Task<Void, Never>, for id: ID<Session>) { searches[id] = search }

    /// Ends a search.
    ///
    /// - Returns: the session, which waits for its client no more; empty: it did not wait.
    mutating func endSearch(for id: ID<Session>) -> [PendingSession] {
        searches[id] = nil
        return take { $0.id == id }
    }

    /// Notes that a session was cut where its client went on.
    mutating func cut(_ id: ID<Session>, at end: Duration) { cuts[id] = end }

    /// Notes that a session was cut where its client goes on, and answers its client.
    mutating func cut(_ id: ID<Session>, of user: ID<User>, at end: Duration) {
        cuts[id] = end
        earlierSessions.found([(id, user, end)])
    }
}
