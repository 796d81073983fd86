/// One attempt of one engine at some audio: a stream of a live session, or a recording. Metrics, traces and accounts are made from it.
package struct RecognitionRun: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// A connection that takes audio as it comes.
        case stream
        /// A whole recording.
        case recording
    }

    package var kind: Kind
    package var engine: EngineName
    /// The engine's own name of the model that it was asked for, or that it says it used; nil when that is not known.
    package var model: String?
    /// How many channels it heard.
    package var channels: Int
    /// What the engine was given, of each channel.
    package var audio: Duration
    /// When it was asked.
    package var start: Instant
    /// When the engine first took audio; nil when it never did.
    package var accepted: Instant?
    package var end: Instant
    /// Why it ended early; nil after an orderly finish.
    package var error: EngineError?

    package init(
        _ kind: Kind, engine: EngineName, model: String?, channels: Int = 1, audio: Duration, start: Instant, accepted: Instant?, end: Instant,
        error: EngineError?
    ) {
        self.kind = kind
        self.engine = engine
        self.model = model
        self.channels = channels
        self.audio = audio
        self.start = start
        self.accepted = accepted
        self.end = end
        self.error = error
    }
}
