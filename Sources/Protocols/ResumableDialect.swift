package import Speech

/// A live dialect whose clients may lose their connection and resume their session on another connection.
package protocol ResumableDialect: LiveServerMachine {
    /// The session that the client wants to resume; nil: a new session. If not nil, `opened` is not called, because the session already has a
    /// machine.
    var resume: LiveResume? { get }

    /// True if the session waits for a client whose connection is lost, and reports to the client how much of its audio is durable.
    var waitsForClient: Bool { get }

    /// Interrupted session behind which the client goes on in this new one; nil: none.
    var predecessor: ID<Session>? { get }

    /// Time in the lost session at which the audio begins that the client still has, if the client goes on in a new session where the recovery of the
    /// lost one ends; nil for other clients.
    var keptAudio: Duration? { get }

    /// Start of the session's audio that the client still has, if it is connected and keeps some of what was acknowledged; nil: it may have nothing before
    /// the audio that was acknowledged last.
    var keptStart: SampleIndex? { get }

    /// Goes on with a session that another gateway had. Called before `opened`, which is called then although `resume` is not nil.
    ///
    /// - Parameters:
    ///   - session: the session, by the id that the client knows.
    ///   - start: the place in the client's audio where the session goes on, at the sample rate that the client has named.
    mutating func takeOver(_ session: ID<Session>, at start: SampleIndex)

    /// Notes that all audio before `end` is durable, and need not be sent again.
    ///
    /// - Parameter heard: the end of the audio that this gateway has on its disk, if another gateway could go on from `end` only; nil otherwise.
    mutating func durable(through end: SampleIndex, heard: SampleIndex?, now: Instant, output: inout ServerOutput)

    /// Notes that the disk of the gateway is full, or has room again.
    mutating func storage(isFull: Bool, now: Instant, output: inout ServerOutput)

    /// Notes that the connection of the client is lost. The client may come back; output that is written meanwhile is not sent.
    mutating func clientLost(now: Instant)

    /// Notes that the client is back on another connection, and sends it the messages that it has not seen.
    ///
    /// - Parameter received: the end of the client's audio that the session has.
    mutating func clientReturned(_ resume: LiveResume, received: SampleIndex, now: Instant, output: inout ServerOutput)

    /// Handles the failure of a resumption: the session no longer exists, or the request was rejected.
    mutating func resumeFailed(_ error: ResumeError, output: inout ServerOutput)
}
