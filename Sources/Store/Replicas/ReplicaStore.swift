package import Speech

/// The register of the gateways that use one database: which of them live, and which of them has a live session that may be resumed.
///
/// Only databases for several gateways have one.
package protocol ReplicaStore: Sendable {
    /// The id of this process: the id of its data directory, a slash, and the id of the process.
    var id: String { get }

    /// Adds this process to the register. Called before this process takes up any work.
    ///
    /// - Parameter isAlone: true if no other process works in this data directory. Earlier processes of the directory are dead then.
    func join(isAlone: Bool) async throws(StoreError)

    /// Tells the others that this process lives, and removes those that have not done so for some time.
    ///
    /// - Parameter open: the usage of this process's open sessions, which the ledger does not have.
    func beat(_ open: [OpenUserUsage]) async throws(StoreError) -> ReplicaBeat

    /// Counts a request of a user, at all processes together. A window begins with its first request.
    ///
    /// - Parameters:
    ///   - policy: name of the limit.
    ///   - most: maximum number of requests in a window.
    /// - Returns: nil when the request is allowed, otherwise the time until the window ends.
    func count(_ policy: String, by user: ID<User>, window: Duration, most: Int) async throws(StoreError) -> Duration?

    /// Removes old notes about sessions that are over. Call about once an hour.
    func forgetOld() async throws(StoreError)

    /// Removes this process from the register. Called when it has ended all work.
    func leave() async throws(StoreError)

    /// Calls `changed` for each change that another process has made, from any thread.
    func listen(_ changed: @escaping @Sendable (ReplicaChange) -> Void)

    /// Tells the other processes that an engine has failed with the operator's key.
    func tell(failed engine: EngineName) async throws(StoreError)

    // MARK: Live sessions

    /// Stores that this process has a live session that may be resumed, or that it goes on with one that it has taken.
    func open(_ session: OpenLiveSession) async throws(StoreError)

    /// Removes a live session that is over, if this process has it.
    ///
    /// - Parameter part: the part of the session that is over.
    func close(_ part: ID<Session>) async throws(StoreError)

    /// Takes a live session from the process that has it. Not called for a session that runs here: what this process has in the database was left there
    /// by a request that failed.
    ///
    /// - Parameter isForced: true to take it from a process that lives, too. Otherwise that process is asked to release the session.
    func take(_ session: ID<Session>, of user: ID<User>, isForced: Bool) async throws(StoreError) -> LiveSessionClaim

    /// Gives a live session to whoever asks for it, if this process has it.
    ///
    /// - Parameter part: the part of the session that ends here.
    func release(_ part: ID<Session>) async throws(StoreError)

    /// Returns the parts of live sessions that this process has.
    func parts() async throws(StoreError) -> Set<ID<Session>>

    /// Returns true if another process has taken a part over that this process had, or takes it over just now.
    func hasLost(_ part: ID<Session>) async throws(StoreError) -> Bool

    /// Tells what has become of a session that this directory's earlier process had.
    ///
    /// - Parameters:
    ///   - part: the session, by the id of its journal.
    ///   - isLate: true if its client is not waited for any more. A session that nobody has taken over cannot be resumed from then on.
    func fate(of part: ID<Session>, isLate: Bool) async throws(StoreError) -> LiveSessionFate
}

/// The result of a replica's sign of life.
package struct ReplicaBeat: Sendable, Equatable {
    /// Number of replicas that live, this one included.
    package var living: Int
    /// Number of replicas that this sign of life has removed, because they are dead.
    package var removed: Int
    /// Live sessions of this process that another process has asked for.
    package var wanted: [ID<Session>]
    /// True if signs of life were missing before this one: other processes may have taken sessions of this one.
    package var isLate: Bool
    /// The usage of the other processes' open sessions.
    package var open: [OpenUserUsage]
}

/// A change that another replica has made.
package enum ReplicaChange: Sendable, Equatable {
    /// People, voices or samples of a user.
    case people(ID<User>)
    /// The windows of a user's archive.
    case windows(archive: Int64)
    /// A job waits.
    case jobs
    /// An engine has failed with the operator's key.
    case engine(EngineName)
    /// The ledger has other sums of a user.
    case usage(ID<User>)
    /// Another replica asks for a live session of this one.
    case wanted(ID<Session>)
    /// The deletion of a user has begun. It may have ended since.
    case deletionBegun(ID<User>)
    /// The deletion of a user has ended.
    case deletionEnded
    /// Changes may have been missed.
    case unknown
}

/// A live session that may be resumed.
package struct OpenLiveSession: Sendable, Equatable {
    /// The id that the client knows.
    package var id: ID<Session>
    package var user: ID<User>
    /// The id of the part that this process has: that of its journal and transcript.
    package var part: ID<Session>
    /// Time in the client's session at which the part begins.
    package var base: Duration
    /// The part that another process had before; nil when this process began the session.
    package var earlier: Earlier?
    package var started: UnixTime

    package struct Earlier: Sendable, Equatable {
        package var part: ID<Session>
        /// Time in that part at which the present part begins.
        package var end: Duration

        package init(part: ID<Session>, end: Duration) {
            self.part = part
            self.end = end
        }
    }

    package init(id: ID<Session>, user: ID<User>, part: ID<Session>, base: Duration = .zero, earlier: Earlier? = nil, started: UnixTime) {
        self.id = id
        self.user = user
        self.part = part
        self.base = base
        self.earlier = earlier
        self.started = started
    }
}

/// The fate of a live session whose process has ended.
package enum LiveSessionFate: Sendable, Equatable {
    /// Nobody goes on with the session.
    case over
    /// The session's client may still come back.
    case waits
    /// Another process has taken the session over, at this time of the part that the earlier process had.
    case moved(Duration)
}

/// The answer to a process that asks for a live session.
package enum LiveSessionClaim: Sendable, Equatable {
    /// The user has no such session.
    case none
    /// A process that lives has the session, and was asked to release it.
    case asked
    /// The session belongs to this process now.
    ///
    /// - `part`: the part that ends.
    /// - `base`: the time in the client's session at which that part began.
    case taken(part: ID<Session>, base: Duration)
}
