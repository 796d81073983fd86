package import Speech

/// Identifier of the repair that an action or an answer belongs to. Never used twice in a session.
package struct RepairID: Hashable, Sendable {
    package var number: Int

    package init(_ number: Int) { self.number = number }
}

/// Audio that no leg made final, to be recognised again from the journal by a prerecorded engine, beside the live stream.
package struct Repair: Sendable, Equatable {
    package var id: RepairID
    /// One of the configuration's `repairers`.
    package var engine: EngineName
    package var channel: ChannelIndex
    /// All of it has been received. Reaches beyond what is missing, to the next silence but 1.5 s at most: words at the edges are heard whole. What
    /// was committed before is left out again by the session.
    package var range: SampleRange
    /// After it a gap is reported and the answer comes too late for the client; nil: it is too late already, and there is no hurry.
    package var deadline: Instant?

    package init(id: RepairID, engine: EngineName, channel: ChannelIndex, range: SampleRange, deadline: Instant?) {
        self.id = id
        self.engine = engine
        self.channel = channel
        self.range = range
        self.deadline = deadline
    }
}

/// The outcome of a repair. Each repair ends with one of these, unless the repair was cancelled.
package enum RepairOutcome: Sendable, Equatable {
    /// All that is said in the repair's range, in order and on the session's timeline. None: nobody speaks there.
    case words([Word])
    /// The same, of an engine that does not say where words lie: only their order is known. The session spreads them over what is loud.
    case text([Word])
    case failed(EngineError)
    /// It was not begun, because it cannot be done before its deadline.
    case declined

    /// Returns the words heard in `range`, and true if the engine says where in `range` the words lie. If the engine does not say so, the words lie
    /// where somebody speaks. nil: nobody answered.
    func heard(in range: SampleRange, _ speech: SpeechMap) -> (words: [Word], hasTimes: Bool)? {
        switch self {
        case .words(let words): (words, true)
        case .text(let words): (speech.spread(words, over: range), false)
        case .failed, .declined: nil
        }
    }

    /// The outcome in the repair's run record.
    var end: AttemptRecord.Outcome {
        switch self {
        case .words, .text: .completed
        case .failed(let error): .failed(error)
        case .declined: .declined
        }
    }
}

/// Words for an interval that the client was told is a gap: they came too late for it, and complete what is stored.
package struct Backfill: Sendable, Equatable {
    package var channel: ChannelIndex
    /// The gap that was reported. All words lie in it.
    package var range: SampleRange
    package var words: [Word]
    package var engine: EngineName

    package init(channel: ChannelIndex, range: SampleRange, words: [Word], engine: EngineName) {
        self.channel = channel
        self.range = range
        self.words = words
        self.engine = engine
    }
}
