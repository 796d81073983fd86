package import Speech

/// What a client says before its session exists, in a dialect whose first messages bring the credential or the configuration.
///
/// One value for each client, until the session begins or is refused. A value without I/O, as `LiveServerMachine` is.
package protocol LiveHandshakeMachine: Sendable {
    /// When `timePassed` wants to be called.
    var deadline: Instant? { get }

    /// The socket is open. Comes once, before everything else.
    mutating func opened(now: Instant, output: inout ServerOutput)

    /// A text message came: UTF-8, of any content.
    ///
    /// - Returns: the session that the client has asked for, once it has said enough.
    mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> LiveBeginning?

    /// A binary message came, before the session.
    mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> LiveBeginning?

    /// The session that it asked for is not to be.
    mutating func refused(_ cause: RefusalCause, now: Instant, output: inout ServerOutput)

    /// The gateway is going down: nothing was begun, so nothing is to be finished.
    mutating func drain(now: Instant, output: inout ServerOutput)

    mutating func timePassed(now: Instant, output: inout ServerOutput)
}

/// The session that an opening asks for.
package struct LiveBeginning: Sendable {
    package var machine: any LiveServerMachine
    /// What the client showed, when it was in a message; nil: what the handshake showed counts.
    package var credential: Credential?
    /// Whether the message that completed the opening is the session's first message too.
    package var includesMessage: Bool

    package init(machine: any LiveServerMachine, credential: Credential? = nil, includesMessage: Bool = false) {
        self.machine = machine
        self.credential = credential
        self.includesMessage = includesMessage
    }
}
