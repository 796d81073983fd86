public import Speech

/// An event of a stream. All times count from the first sample that was pushed.
public enum StreamEvent: Sendable, Equatable {
    /// An engine takes audio. Comes once; what was pushed before has waited for it.
    case opened
    /// Someone began to speak.
    case startOfSpeech(at: Duration)
    /// The turn so far; what follows replaces it.
    case interim(Transcription)
    /// The turn so far, with words that will not change, while the turn may go on: enough to begin an answer.
    case preflight(Transcription)
    /// A whole turn. Never changes.
    case final(Transcription)
    /// The turn is over. Follows each final.
    case endOfSpeech(at: Duration)
    /// Audio that was recognized since the last such event; never zero. Follows the end of speech.
    case usage(audio: Duration)
    /// Latencies of the turn that has just ended.
    case metrics(StreamMetrics)
    /// The engine will recognise only this much more audio.
    case creditsLow(Duration)
    /// Something went wrong that the stream has dealt with.
    case problem(StreamProblem)
    /// The last event of every stream.
    case terminated(Termination)
}

/// Words, and what is known about them.
public struct Transcription: Sendable, Equatable {
    public var text: String
    /// With times on the stream.
    public var words: [TimedWord]
    public var language: LanguageTag?
    /// 0…1, the mean over the words.
    public var confidence: Float
    public var start: Duration
    public var end: Duration
    /// The engine that recognized the words.
    public var engine: EngineName
}

/// A word and its place on the stream.
public struct TimedWord: Sendable, Equatable {
    /// The word as displayed.
    public var text: String
    public var start: Duration
    public var end: Duration
    /// 0…1.
    public var confidence: Float
    public var speaker: SpeakerLabel?
}

/// Latencies of an engine.
public struct StreamMetrics: Sendable, Equatable {
    public var engine: EngineName
    /// Time from the push of the turn's first speech to the engine's first words about it; nil when there were none before the final.
    public var timeToFirstByte: Duration?
    /// Time from the push of the end of speech to the final.
    public var processingTime: Duration?
}

/// A fault that a stream survived.
public enum StreamProblem: Sendable, Equatable {
    /// The connection to the engine is gone; the stream tries again, and no audio is lost.
    case connectionLost(EngineName, EngineError)
    /// A message could not be read and was left out.
    case unreadableMessage(EngineName, String)
    /// This much could not be recognised by any engine.
    case notRecognized(start: Duration, end: Duration, EngineError)
    /// Audio comes faster than the engine takes it, and there is no more room for it: `push` refuses until there is.
    case overfull
}

/// The end of a stream.
public struct Termination: Sendable, Equatable {
    /// All audio that was pushed.
    public var audio: Duration
    /// Time from the stream's beginning to its end.
    public var session: Duration
    /// The error that ended the stream early; nil after `finish()`.
    public var error: EngineError?
}
