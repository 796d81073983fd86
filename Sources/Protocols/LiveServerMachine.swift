package import Speech

/// The server side of a live dialect: turns one client's messages into commands and audio, and the session's events into messages.
///
/// One value for each client. A value without I/O: the driver calls the machine with events and the time, and carries out the actions in `output`.
package protocol LiveServerMachine: Sendable {
    /// The session that the handshake asked for.
    var request: LiveRequest { get }

    /// Time at which `timePassed` wants to be called; nil when the machine waits for nothing.
    ///
    /// Audio never makes the deadline earlier. One timer is therefore enough, and audio need not change it: when the timer fires, the driver calls
    /// `timePassed` and sets the timer to the present deadline. After any other call except for audio, the driver sets the timer if the deadline
    /// became earlier.
    var deadline: Instant? { get }

    /// Handles the opening of the socket, when the session exists. Called once, before all other functions.
    mutating func opened(_ start: LiveStart, now: Instant, output: inout ServerOutput)

    /// Handles a binary message. The driver takes the audio in the message before it carries out the output.
    mutating func receivedBinary(_ message: RawSpan, now: Instant, output: inout ServerOutput) -> BinaryMeaning

    /// Handles a text message: UTF-8, of any content.
    mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput)

    /// Notes that the gateway does not read from the client now, or has not read until now, so the client's silence does not count. Called before
    /// each `timePassed` while this lasts, and when it is over.
    mutating func clientIsHeld(now: Instant)

    mutating func session(_ event: SessionEvent, now: Instant, output: inout ServerOutput)

    /// Handles a change of the paying key's state. The driver ends the session if necessary; a dialect with a message for the notice sends it.
    mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput)

    /// Notes options of the client that an engine of the session ignores, by their names in the protocol: at the session's start, and when another
    /// engine takes over that ignores more. A dialect with a message for warnings sends it.
    mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput)

    /// Notes which engine serves the session from now on, and all options of the client that it ignores, or another engine that hears the session as well.
    /// A dialect that shows the settings in force shows them without these options.
    mutating func served(by engine: TurnPart.Engine, ignoring names: [String], now: Instant, output: inout ServerOutput)

    /// Notes the model that hears the session, as its engine names it: when a stream of an engine begins, and when its vendor has named the model. A
    /// dialect whose messages have a model's name uses this one from now on.
    mutating func named(_ model: EngineModel, now: Instant, output: inout ServerOutput)

    /// Notes that the client's stream is not whole, or has more sound tracks than are heard: while the session runs, and before its end. A dialect
    /// with a message for warnings, or for facts about a session, sends it.
    mutating func noticed(_ notice: RecordingNotice, now: Instant, output: inout ServerOutput)

    /// Notes that final words come late, because recognition is behind the audio. Called at most once a session. A dialect with a message for
    /// warnings sends it.
    mutating func finalsAreLate(now: Instant, output: inout ServerOutput)

    /// Notes that final words come in time again, or late again: any number of times, after `finalsAreLate`. Only a dialect that has a message for the
    /// end of the warning sends these.
    mutating func finalsBecame(late isLate: Bool, now: Instant, output: inout ServerOutput)

    /// Handles the gateway's shutdown: the machine lets the session finish and closes the socket.
    mutating func drain(now: Instant, output: inout ServerOutput)

    mutating func timePassed(now: Instant, output: inout ServerOutput)
}

extension LiveServerMachine {
    package mutating func account(_ notice: AccountNotice, now: Instant, output: inout ServerOutput) {}
    package mutating func ignores(_ names: [String], now: Instant, output: inout ServerOutput) {}
    package mutating func served(by engine: TurnPart.Engine, ignoring names: [String], now: Instant, output: inout ServerOutput) {}
    package mutating func named(_ model: EngineModel, now: Instant, output: inout ServerOutput) {}
    package mutating func noticed(_ notice: RecordingNotice, now: Instant, output: inout ServerOutput) {}
    package mutating func finalsAreLate(now: Instant, output: inout ServerOutput) {}
    package mutating func finalsBecame(late isLate: Bool, now: Instant, output: inout ServerOutput) {}
}

/// The facts about a session that are known when it exists.
package struct LiveStart: Sendable, Equatable {
    /// Sample rate of the session's timeline, to which all positions in its events refer.
    package var rate: SampleRate
    /// Name of the model that will run, for messages that have a model's name.
    package var model: String
    /// Duration of audio that the client's key can still pay for; nil when no credit is counted.
    package var credit: Duration?
    /// The preferred engine; nil: not known. `served(by:)` of a `ConversationDialect` reports the engine that serves.
    package var engine: EngineName?
    /// False if the client asks for speakers, and neither the session's engines nor voices can tell them: no word will have a speaker.
    package var tellsSpeakers: Bool

    package init(rate: SampleRate, model: String, credit: Duration? = nil, engine: EngineName? = nil, tellsSpeakers: Bool = true) {
        self.rate = rate
        self.model = model
        self.credit = credit
        self.engine = engine
        self.tellsSpeakers = tellsSpeakers
    }
}

/// The meaning of a binary message in its dialect.
package enum BinaryMeaning: Sendable, Equatable {
    /// Audio in the request's format, behind the first `skip` bytes. The audio is of `channel` if channels have separate messages, otherwise of all
    /// channels. `before`: a byte of an earlier message, with which the audio begins.
    case audio(channel: ChannelIndex = .first, skip: Int = 0, before: UInt8? = nil)
    case command(SessionCommand)
    /// The message ends the session: the driver closes the socket with this code and reason.
    case rejected(code: UInt16, reason: String)
    /// The message ends the session: the driver sends the error's messages, then closes the socket.
    case rejectedInBand(InBandError)
    case ignored
}
