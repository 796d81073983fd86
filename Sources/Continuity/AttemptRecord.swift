package import Speech

/// The record of one recognition attempt of a session, a leg's or a repair's, made when the attempt ends. The driver turns the record into a
/// `RecognitionAttempt`.
package struct AttemptRecord: Sendable, Equatable {
    package enum Kind: Hashable, Sendable {
        case leg(LegID)
        case repair(RepairID)
        /// A shadow's leg, whose words are only compared with the session's.
        case shadow(LegID)
    }

    package typealias Outcome = RecognitionAttempt.Outcome

    package var engine: EngineName
    package var kind: Kind
    package var channels: Range<Int>
    /// The audio that the engine was given.
    package var range: SampleRange
    package var outcome: Outcome
    /// Time from the beginning of the attempt until the engine took audio; nil: the engine never took audio, or recognises recordings.
    package var accepted: Duration?
    /// Time from the beginning of the attempt to the engine's first words; nil: there were no words.
    package var firstAnswer: Duration?
    /// The longest wait for words whose audio the engine had been sent; nil: there were no such words, or the attempt is not a leg's.
    package var slowest: Duration?
    /// Time from the beginning of the attempt to its end.
    package var duration: Duration

    package init(
        engine: EngineName, kind: Kind, channels: Range<Int>, range: SampleRange, outcome: Outcome, accepted: Duration? = nil,
        firstAnswer: Duration?, slowest: Duration? = nil, duration: Duration
    ) {
        self.engine = engine
        self.kind = kind
        self.channels = channels
        self.range = range
        self.outcome = outcome
        self.accepted = accepted
        self.firstAnswer = firstAnswer
        self.slowest = slowest
        self.duration = duration
    }
}

extension AttemptRecord.Kind {
    package init(_ leg: Leg) { self = leg.isShadow ? .shadow(leg.id) : .leg(leg.id) }
}
