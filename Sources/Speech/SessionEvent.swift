/// An event that a live session sends to its client's dialect. All positions are on the session's timeline.
public enum SessionEvent: Sendable, Equatable {
    /// An engine takes audio. Comes once; earlier audio waits for this event.
    case ready
    case speechStarted(ChannelIndex, at: SampleIndex)
    /// The current guess at the words after the last commit. Each interim replaces the one before.
    case interim(Hypothesis)
    /// Words that never change. The commits of a channel tile its timeline, in order.
    case commit(Commit)
    /// The turn of the last commit is over.
    case turnEnded(ChannelIndex, at: SampleIndex)
    /// Answers a `finalize` when there was nothing left to commit.
    case flushed(ChannelIndex)
    /// An interval that could not be recognised. The transcript continues after the interval.
    case gap(ChannelIndex, SampleRange, EngineError)
    /// The last event. Without an error, commits and gaps cover every sample.
    case ended(SessionEnd)
}

/// An interval that the transcript has accepted: exactly once, in order, and never retracted.
public struct Commit: Sendable, Equatable {
    public var channel: ChannelIndex
    /// The audio that the commit settles, silence included.
    public var range: SampleRange
    public var words: [Word]
    public var reason: FinalReason
    /// The engine that recognized the words.
    public var engine: EngineName

    public init(channel: ChannelIndex, range: SampleRange, words: [Word], reason: FinalReason, engine: EngineName) {
        self.channel = channel
        self.range = range
        self.words = words
        self.reason = reason
        self.engine = engine
    }

    public var endsTurn: Bool { reason == .endOfTurn || reason == .flush || reason == .endOfAudio }
}

public struct SessionEnd: Sendable, Equatable {
    /// Amount of all audio that the session received.
    public var received: SampleCount
    /// The error that ended the session early; nil after an orderly finish.
    public var error: EngineError?

    public init(received: SampleCount, error: EngineError? = nil) {
        self.received = received
        self.error = error
    }
}
