/// An event of an engine's stream. All positions are on the stream's own timeline: samples at `StreamOptions.rate` since the first sample that was
/// sent to the stream.
public enum EngineEvent: Sendable, Equatable {
    /// The stream takes audio. Comes once, before all other events.
    case opened
    case speechStarted(ChannelIndex, at: SampleIndex)
    /// The latest guess at the words after the last final. Each interim replaces the one before.
    case interim(Hypothesis)
    /// Words that the engine will not change. The finals of a channel tile its timeline: each range begins where the one before ended, and a final
    /// without words covers silence.
    case final(Hypothesis, reason: FinalReason)
    /// The turn of the last final is over. Follows that final when the final itself did not end the turn.
    case turnEnded(ChannelIndex, at: SampleIndex)
    /// Answers a `finalize` when there were no more words to make final. Every `finalize` gets one answer in each channel: this event, or a final
    /// with the reason `.flush`.
    case flushed(ChannelIndex)
    /// The engine tells something besides speech.
    case notice(EngineNotice)
    /// A message from the engine was skipped because it cannot be read. The text says what is wrong with the message, and never quotes it.
    case skipped(String)
    /// The last event of every stream. Without an error, finals cover all audio that was sent before `finish`.
    case closed(EngineError?)
}

/// A piece of one channel's transcript.
public struct Hypothesis: Sendable, Equatable {
    public var channel: ChannelIndex
    /// The audio that the words cover.
    public var range: SampleRange
    public var words: [Word]
    /// Number of leading words that no later interim will change. Has no meaning in a final.
    public var stableWords: Int

    public init(channel: ChannelIndex = .first, range: SampleRange, words: [Word], stableWords: Int = 0) {
        self.channel = channel
        self.range = range
        self.words = words
        self.stableWords = stableWords
    }

    public var text: String { words.text }
}

/// The reason why a result became final.
public enum FinalReason: Sendable, Equatable {
    /// The turn is over.
    case endOfTurn
    /// The speaker paused; the turn may go on.
    case pause
    /// The result had grown long enough; speech goes on.
    case length
    /// The client asked for a final by `finalize`.
    case flush
    /// The audio has ended.
    case endOfAudio
}
