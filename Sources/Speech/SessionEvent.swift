/// A live session's event for its client's dialect. All positions are on the session's timeline.
public enum SessionEvent: Sendable, Equatable {
    /// An engine takes audio. Comes once; audio that came before waits for it.
    case ready
    case speechStarted(ChannelIndex, at: SampleIndex)
    /// The words that follow the last commit, for now; replaces the interim before.
    case interim(Hypothesis)
    /// Never changes. Commits of a channel tile it, in order.
    case commit(Commit)
    /// The turn that the last commit belongs to is over.
    case turnEnded(ChannelIndex, at: SampleIndex)
    /// Answers a `finalize` for which nothing was left to commit.
    case flushed(ChannelIndex)
    /// This much could not be recognised; what follows goes on behind it.
    case gap(ChannelIndex, SampleRange, EngineError)
    /// The last event. Without an error every sample is covered by commits and gaps.
    case ended(SessionEnd)
}

/// An interval accepted into the transcript: exactly once, in order, never retracted.
public struct Commit: Sendable, Equatable {
    public var channel: ChannelIndex
    /// The audio that is settled by it, silence included.
    public var range: SampleRange
    public var words: [Word]
    public var reason: FinalReason
    /// The engine whose words they are.
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
    /// All audio that was received.
    public var received: SampleCount
    /// The error that ended the session early; nil after an orderly finish.
    public var error: EngineError?

    public init(received: SampleCount, error: EngineError? = nil) {
        self.received = received
        self.error = error
    }
}
