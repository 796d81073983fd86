package import Speech

/// Identifier of a repair in actions and answers. Never used twice in a session.
package struct RepairID: Hashable, Sendable {
    package var number: Int

    package init(_ number: Int) { self.number = number }
}

/// Audio that no leg made final. A prerecorded engine recognises it again from the journal, in parallel with the live stream.
package struct Repair: Sendable, Equatable {
    package var id: RepairID
    /// The engine that recognises the audio: one of the configuration's `repairers`.
    package var engine: EngineName
    package var channel: ChannelIndex
    /// The audio to recognise, all of it received. Reaches beyond the missing audio to the next silence, by 1.5 s at most, so that words at the edges
    /// are heard whole. The session leaves out words that were committed before.
    package var range: SampleRange
    /// Time after which a gap is reported and the answer comes too late for the client; nil: the gap was reported already, and there is no hurry.
    package var deadline: Instant?

    package init(id: RepairID, engine: EngineName, channel: ChannelIndex, range: SampleRange, deadline: Instant?) {
        self.id = id
        self.engine = engine
        self.channel = channel
        self.range = range
        self.deadline = deadline
    }
}

/// The outcome of a repair. Each repair has one, unless the repair was cancelled.
package enum RepairOutcome: Sendable, Equatable {
    /// All words in the repair's range, in order and on the session's timeline. Empty: nobody speaks there.
    case words([Word])
    /// All words in the range from an engine without word times: only the order of the words is known. The session spreads them over the loud audio.
    case text([Word])
    case failed(EngineError)
    /// The repair was not begun, because it cannot be done before its deadline.
    case declined

    /// Returns the words heard in `range`, and true if the engine says where the words lie. Without word times, the words are spread over the loud
    /// audio. nil: there is no answer.
    func heard(in range: SampleRange, _ speech: SpeechMap) -> (words: [Word], hasTimes: Bool)? {
        switch self {
        case .words(let words): (words, true)
        case .text(let words): (speech.spread(words, over: range), false)
        case .failed, .declined: nil
        }
    }

    /// The outcome in the repair's attempt record.
    var end: AttemptRecord.Outcome {
        switch self {
        case .words, .text: .completed
        case .failed(let error): .failed(error)
        case .declined: .declined
        }
    }
}

/// Words for an interval that was reported to the client as a gap. The words come too late for the client and complete the stored transcript.
package struct Backfill: Sendable, Equatable {
    package var channel: ChannelIndex
    /// The reported gap. All words lie in it.
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
