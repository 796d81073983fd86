package import Speech

/// The server side of a live dialect: what one client's socket says, as commands and audio, and what its session says, as messages.
///
/// One value for each client. Does nothing by itself: it is told what happened and when, and puts into `output` what is to be done.
package protocol LiveServerMachine: Sendable {
    /// What the handshake asked for.
    var request: LiveRequest { get }

    /// When `timePassed` wants to be called; nil when there is nothing to wait for.
    ///
    /// Audio never makes it earlier. So one timer is enough, and audio need not touch it: when it fires, call `timePassed` and arm it for the
    /// deadline that is then; after everything else but audio, arm it anew if the deadline became earlier.
    var deadline: Instant? { get }

    /// The socket is open and the session exists. Comes once, before everything else.
    mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput)

    /// A binary message came. The driver takes the audio in the message before it carries out the output.
    mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning

    /// A text message came: UTF-8, of any content.
    mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput)

    /// The gateway does not read from the client now, or has not until now: its silence is not the client's. Comes before each `timePassed` as long
    /// as that lasts, and when it is over.
    mutating func clientIsHeld(now: Instant)

    mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput)

    /// The key that pays has little or nothing left, or was taken back. The session's driver does what follows from it; a dialect that has words for
    /// it says them.
    mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput)

    /// The gateway is going down. The machine lets the session finish and closes.
    mutating func drain(now: Instant, output: inout ServerOutput)

    mutating func timePassed(now: Instant, output: inout ServerOutput)
}

extension LiveServerMachine {
    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {}
}

/// What the session is, once it is there.
package struct LiveStart: Sendable, Equatable {
    /// Of the session's timeline: all positions in its events.
    package var rate: SampleRate
    /// The name of the model that will run, for the messages that name one.
    package var model: String
    /// Audio that the client's key can still pay for; nil when that is not counted.
    package var credit: Duration?
    /// The engine that is preferred; which one serves is told later.
    package var engine: EngineName?

    package init(rate: SampleRate, model: String, credit: Duration? = nil, engine: EngineName? = nil) {
        self.rate = rate
        self.model = model
        self.credit = credit
        self.engine = engine
    }
}

/// The meaning of a binary message in its dialect.
package enum BinaryMeaning: Sendable, Equatable {
    /// Audio in the request's format, behind the first `skip` bytes. The audio is of one channel where channels have messages of their own, else of all.
    case audio(channel: ChannelIndex = .first, skip: Int = 0)
    case command(SessionCommand)
    /// The session ends: close with this.
    case refused(code: UInt16, reason: String)
    /// The same, with words first.
    case refusedInBand(InBandRefusal)
    case ignored
}
