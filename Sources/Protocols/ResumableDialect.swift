package import Speech

/// A live dialect whose clients may lose their connection and go on with their session on another one.
package protocol ResumableDialect: LiveServerMachine {
    /// The session that the client wants to go on with; nil: a new one. Such a machine is not opened: the session has one.
    var resume: LiveResume? { get }

    /// True if the session waits for a client whose connection is lost, and tells it how much of its audio is durable.
    var waitsForClient: Bool { get }

    /// All audio before `end` survives whatever comes.
    mutating func durable(through end: SampleIndex, now: Instant, output: inout ServerOutput)

    /// The client's connection is lost; the client may come back. Nobody hears what is said meanwhile.
    mutating func clientLost(now: Instant)

    /// The client is there again, on another connection: it hears what it has not seen.
    ///
    /// - Parameter received: the end of the client's audio that is known.
    mutating func clientReturned(_ resume: LiveResume, received: SampleIndex, now: Instant, output: inout ServerOutput)

    /// The session that the client wanted to go on with is not there any more.
    mutating func resumeFailed(_ failure: LiveResume.Failure, output: inout ServerOutput)
}
