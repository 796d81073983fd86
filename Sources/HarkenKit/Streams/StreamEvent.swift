public import Speech

/// An event of a stream. All times count from the first sample that was pushed.
public enum StreamEvent: Sendable, Equatable {
    /// An engine takes audio. Comes once; audio that was pushed earlier has waited for this event.
    case opened
    /// The engine's vendor names its session, for questions to the vendor's support. Comes for each connection whose vendor tells an identifier.
    case session(EngineName, EngineSession)
    /// A message of the engine's vendor as it came. Comes only with `reportsMessages`, before the events that the message causes.
    case message(EngineName, String)
    /// Someone has begun to speak.
    case startOfSpeech(at: Duration)
    /// Words of the turn so far. Each interim replaces the one before.
    case interim(Transcription)
    /// Words of the turn so far, which will not change, although the turn may go on: enough to begin an answer.
    case preflight(Transcription)
    /// The words of a whole turn. They never change.
    case final(Transcription)
    /// The turn is over. Follows each final.
    case endOfSpeech(at: Duration)
    /// Duration of the audio that was recognized since the last `usage` event; never zero. Follows the end of speech.
    case usage(audio: Duration)
    /// Latencies of the turn that has just ended.
    case metrics(StreamMetrics)
    /// The engine will recognise only this much more audio.
    case creditsLow(Duration)
    /// The engine has ended its session for good. The last words and `terminated` follow.
    case sessionEnded(EngineName, EngineSessionEnd)
    /// A fault that the stream has dealt with.
    case problem(StreamProblem)
    /// The last event of every stream.
    case terminated(Termination)
}

/// Recognized words with their confidence, language and times.
public struct Transcription: Sendable, Equatable {
    public var text: String
    /// The words, with their times on the stream.
    public var words: [TimedWord]
    public var language: LanguageTag?
    /// Mean confidence of the words, 0…1.
    public var confidence: Float
    public var start: Duration
    public var end: Duration
    /// The engine that recognized the words.
    public var engine: EngineName
}

/// A word and its times on the stream.
public struct TimedWord: Sendable, Equatable {
    /// The word as displayed.
    public var text: String
    public var start: Duration
    public var end: Duration
    /// Confidence, 0…1.
    public var confidence: Float
    public var speaker: SpeakerLabel?
}

/// Latencies of an engine.
public struct StreamMetrics: Sendable, Equatable {
    public var engine: EngineName
    /// Time from the push of the turn's first speech to the engine's first words about it; nil when there were none before the final.
    public var timeToFirstByte: Duration?
    /// Time from the push of the end of speech to the final; nil when the time of that push is not known.
    public var processingTime: Duration?
}

/// A fault that a stream survived.
public enum StreamProblem: Sendable, Equatable {
    /// The engine was lost: its connection failed, or it did not answer. The stream goes on with the next engine, or connects again, and no audio is
    /// lost. The rejection by the last engine that is left is told by the stream's end only.
    case connectionLost(EngineName, EngineError)
    /// A message could not be read and was left out.
    case unreadableMessage(EngineName, String)
    /// The engine reported an error, and the stream goes on.
    case complaint(EngineName, EngineComplaint)
    /// An interval of audio that no engine could recognise.
    case notRecognized(start: Duration, end: Duration, EngineError)
    /// Audio comes faster than the engine takes it, and the buffer is full: `push` drops audio until there is room again.
    case overfull
    /// Audio of this sample rate cannot be converted, and is dropped.
    case unusableRate(SampleRate)
}

/// The end of a stream.
public struct Termination: Sendable, Equatable {
    /// Duration of all audio that was pushed.
    public var audio: Duration
    /// Time from the stream's beginning to its end.
    public var session: Duration
    /// The error that ended the stream early; nil after `finish()`.
    public var error: EngineError?
}
