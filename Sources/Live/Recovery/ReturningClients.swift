internal import Continuity
internal import Journal
internal import Protocols
internal import Speech

/// The sessions of a gateway that was killed whose clients may come back, and the places at which clients go on in new sessions.
///
/// A session waits here for its client before it is recovered. When the client has come, the session is cut at the seam, and its rest waits here for the
/// client's new session. Where none comes in time, the rest is recovered, too.
struct ReturningClients {
    /// Time for which a session waits for its client, and its rest for the client's new session.
    static let patience = ListenServer.resumeWindow

    /// A session that was cut where its client goes on.
    struct CutSession {
        let session: PendingSession
        let promise: SeamPromise
        /// True if the session is recovered up to the seam, and its conversations still wait for words of its rest.
        var isHeld = false
        /// True if the client cannot keep its promise.
        var isWithdrawn = false
        /// The new session in which the client goes on; nil: not known yet.
        var successor: ID<Session>?
    }

    private let earlierSessions: EarlierSessions
    /// Sessions that wait for their clients. They are not recovered before that.
    private var awaited: [PendingSession] = []
    /// Sessions whose rests wait for new sessions.
    private var cut: [ID<Session>: CutSession] = [:]
    /// Ends of sessions that were cut where their clients went on.
    private var ends: [ID<Session>: Duration] = [:]
    /// Number of the last wait of each session. When an earlier wait ends, nothing is done.
    private var waits: [ID<Session>: Int] = [:]
    /// Work on sessions that wait: the search for a seam, or the end of the wait.
    private var tasks: [ID<Session>: Task<Void, Never>] = [:]

    /// - Parameter earlierSessions: the answers to clients that come back.
    init(_ earlierSessions: EarlierSessions) { self.earlierSessions = earlierSessions }

    /// The sessions whose audio must be kept.
    var sessions: [PendingSession] { awaited + cut.values.map(\.session) }

    // MARK: - Answers

    /// True if a session's client may come back and go on in a new session.
    func mayReturn(_ session: UnfinishedSession, now: UnixTime) -> Bool {
        let record = session.record
        guard record.mayReturn, let started = record.started, ends[record.id] == nil else { return false }
        return now - (started + Self.length(of: session)) < Self.patience
    }

    private static func length(of session: UnfinishedSession) -> Duration {
        session.transcript.received.duration(at: session.transcript.rate)
    }

    /// Answers clients that ask for sessions of earlier runs: it is known which sessions wait for them, and which were cut for them.
    func answer(for sessions: [UnfinishedSession]) {
        earlierSessions.found(sessions.map { ($0.record.id, $0.record.user, ends[$0.record.id] ?? Self.length(of: $0)) })
    }

    /// Notes that an earlier run cut a session where its client went on.
    mutating func wasCut(_ id: ID<Session>, at end: Duration) { ends[id] = end }

    // MARK: - Waits

    /// Adds a session that waits for its client.
    mutating func add(_ session: PendingSession) { awaited.append(session) }

    /// Begins a wait of a session, in place of the one before.
    ///
    /// - Returns: the number of the wait.
    mutating func beginWait(for id: ID<Session>) -> Int {
        let number = (waits[id] ?? 0) + 1
        waits[id] = number
        return number
    }

    /// True if no other wait of the session has begun since.
    func isLast(wait number: Int, of id: ID<Session>) -> Bool { waits[id] == number }

    /// Returns a session that waits for its client; nil when it does not.
    func awaited(_ id: ID<Session>) -> PendingSession? { awaited.first { $0.id == id } }

    /// Ends the wait of a session for its client.
    ///
    /// - Returns: the session, which is to be recovered; empty: it did not wait.
    mutating func take(_ id: ID<Session>) -> [PendingSession] {
        let taken = awaited.filter { $0.id == id }
        awaited.removeAll { $0.id == id }
        return taken
    }

    // MARK: - Work

    /// The work that goes on.
    var openTasks: [Task<Void, Never>] { Array(tasks.values) }

    /// Returns the work on a session; nil when there is none.
    func task(of id: ID<Session>) -> Task<Void, Never>? { tasks[id] }

    mutating func began(_ task: Task<Void, Never>, on id: ID<Session>) { tasks[id] = task }

    mutating func ended(_ id: ID<Session>) { tasks[id] = nil }

    // MARK: - Rests

    /// Adds a session that was cut. Its client is told the seam.
    mutating func add(_ session: PendingSession, _ promise: SeamPromise) {
        cut[session.id] = CutSession(session: session, promise: promise)
        ends[session.id] = promise.seam
        tell(session, promise.seam)
    }

    private func tell(_ session: PendingSession, _ end: Duration) {
        guard let user = session.record?.user else { return }
        earlierSessions.found([(session.id, user, end)])
    }

    /// Returns a session whose rest waits for a new session; nil when it does not.
    func cutSession(_ id: ID<Session>) -> CutSession? { cut[id] }

    /// Returns the promise of a user's client; nil when there is none, or the client cannot keep it.
    func promise(of id: ID<Session>, for user: ID<User>) -> SeamPromise? {
        cut[id].flatMap { $0.isWithdrawn || $0.session.record?.user != user ? nil : $0.promise }
    }

    /// Notes in which new session a user's client goes on.
    mutating func follows(_ successor: ID<Session>, _ id: ID<Session>, of user: ID<User>) {
        if promise(of: id, for: user) != nil { cut[id]?.successor = successor }
    }

    /// Notes that a client cannot keep its promise. It is told that all audio of its session is recovered.
    mutating func withdraw(_ id: ID<Session>) {
        guard let session = cut[id]?.session, let end = cut[id]?.promise.end else { return }
        cut[id]?.isWithdrawn = true
        ends[id] = nil
        tell(session, end)
    }

    /// Keeps the conversations of a session that is recovered up to its seam waiting for the words of its rest.
    ///
    /// - Returns: false when the session has no rest.
    mutating func hold(_ id: ID<Session>) -> Bool {
        cut[id]?.isHeld = true
        return cut[id] != nil
    }

    /// Ends the wait of a rest: a new session has the audio.
    mutating func give(_ id: ID<Session>) { cut[id] = nil }

    /// Ends the wait of a rest, which is recovered.
    mutating func takeBack(_ id: ID<Session>) {
        withdraw(id)
        cut[id] = nil
    }
}
