package import Speech

/// One recognition attempt of a session, after its end: a leg's or a repair's. For the usage ledger, metrics and the health of engines.
package struct RunRecord: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case leg(LegID)
        case repair(RepairID)
    }

    package enum Outcome: Sendable, Equatable {
        /// It covered all that it was given.
        case completed
        case failed(EngineError)
        /// It was sent speech and said nothing for too long.
        case stalled
        /// It did not open in time.
        case connectTimedOut
        /// Its answer was not needed any more: another engine's came first, or the session ended.
        case cancelled
        /// The driver had no room for it.
        case declined
    }

    package var engine: EngineName
    package var kind: Kind
    package var channels: Range<Int>
    /// The audio that the engine was given.
    package var range: SampleRange
    package var outcome: Outcome
    /// From the beginning of the attempt to the engine's first words; nil: there were none.
    package var firstAnswer: Duration?
    /// From the beginning of the attempt to its end.
    package var duration: Duration

    package init(
        engine: EngineName, kind: Kind, channels: Range<Int>, range: SampleRange, outcome: Outcome, firstAnswer: Duration?, duration: Duration
    ) {
        self.engine = engine
        self.kind = kind
        self.channels = channels
        self.range = range
        self.outcome = outcome
        self.firstAnswer = firstAnswer
        self.duration = duration
    }
}
