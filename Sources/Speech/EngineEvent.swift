/// What an engine's stream says. All positions are in the stream's own time: samples at `StreamOptions.rate` since the first
/// sample that the stream was sent.
public enum EngineEvent: Sendable, Equatable {
    /// The stream takes audio. Comes once, before everything else.
    case opened
    case speechStarted(ChannelIndex, at: SampleIndex)
    /// The latest guess at what follows the last final; replaces the one before.
    case interim(Hypothesis)
    /// Words that the engine will not change. Finals of a channel tile it: each range begins where the one before ended, and
    /// silence is covered by a final without words.
    case final(Hypothesis, reason: FinalReason)
    /// The turn that the last final belongs to is over. Follows that final when the final itself did not say so.
    case turnEnded(ChannelIndex, at: SampleIndex)
    /// Answers a `finalize` for which nothing was left to say. Every `finalize` is answered once in each channel: by this or by a final with
    /// the reason `.flush`.
    case flushed(ChannelIndex)
    /// The engine will recognise only this much more.
    case creditsLow(Duration)
    /// A message of the engine's was left out because it cannot be read. Says what is wrong with it, never what it said.
    case skipped(String)
    /// The last event of every stream. No error means that all audio sent before `finish` is covered by finals.
    case closed(EngineError?)
}

/// A piece of one channel's transcript.
public struct Hypothesis: Sendable, Equatable {
    public var channel: ChannelIndex
    /// The audio that the words account for.
    public var range: SampleRange
    public var words: [Word]
    /// Number of leading words that no later interim will change. Without meaning in a final.
    public var stableWords: Int

    public init(channel: ChannelIndex = .first, range: SampleRange, words: [Word], stableWords: Int = 0) {
        self.channel = channel
        self.range = range
        self.words = words
        self.stableWords = stableWords
    }

    public var text: String { words.map(\.text).joined(separator: " ") }
}

/// The cause that made a result final.
public enum FinalReason: Sendable, Equatable {
    /// The turn is over.
    case endOfTurn
    /// The speaker paused; the turn may go on.
    case pause
    /// It had grown long enough; speech goes on.
    case length
    /// The client asked by `finalize`.
    case flush
    /// The audio is at its end.
    case endOfAudio
}
