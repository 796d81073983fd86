package import Speech

/// Handles a client's messages before its session exists, in a dialect whose first messages bring the credential or the configuration.
///
/// One value for each client, until the session begins or is rejected. A value without I/O, like `LiveServerMachine`.
package protocol LiveHandshakeMachine: Sendable {
    /// Time at which `timePassed` wants to be called; nil when the machine waits for nothing.
    var deadline: Instant? { get }

    /// True if the client wants to resume a session that has begun on another connection.
    var resumes: Bool { get }

    /// Handles the opening of the socket. Called once, before all other functions.
    mutating func opened(now: Instant, output: inout ServerOutput)

    /// Handles a text message: UTF-8, of any content.
    ///
    /// - Returns: the session that the client asked for; nil while more messages are needed.
    mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> RequestedSession?

    /// Handles a binary message before the session.
    mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> RequestedSession?

    /// Handles the rejection of the session that the client asked for.
    mutating func rejected(_ error: RequestError, now: Instant, output: inout ServerOutput)

    /// Handles the gateway's shutdown. No session has begun, so nothing must be finished.
    mutating func drain(now: Instant, output: inout ServerOutput)

    mutating func timePassed(now: Instant, output: inout ServerOutput)
}

extension LiveHandshakeMachine {
    package var resumes: Bool { false }
}

/// The session that a client's first messages ask for.
package struct RequestedSession: Sendable {
    package var machine: any LiveServerMachine
    /// The credential that a message brought; nil: the handshake's credential counts.
    package var credential: Credential?
    /// True if the message that completed the opening is also the session's first message.
    package var includesMessage: Bool

    package init(machine: any LiveServerMachine, credential: Credential? = nil, includesMessage: Bool = false) {
        self.machine = machine
        self.credential = credential
        self.includesMessage = includesMessage
    }
}
