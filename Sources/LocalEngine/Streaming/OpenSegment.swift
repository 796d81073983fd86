import Speech

/// Speech that goes on, or that has just paused.
struct OpenSegment: Sendable, Equatable {
    struct Pause: Sendable, Equatable {
        /// End of the speech, though the speech may go on.
        var at: SampleIndex
        /// End of the sound; at or before `at`.
        var silentSince: SampleIndex
        /// End of the audio for the recogniser if the pause lasts.
        var audioEnd: SampleIndex
        /// Number of the question whether the turn is complete here.
        var judgment: Int
        /// Probability, 0…1, that the turn is complete here; nil until it was judged.
        var completeness: Float?

        /// True if the words before the pause do not sound like the end of a turn; nil when that is not known.
        var goesOn: Bool? { completeness.map { $0 <= EndOfTurn.threshold } }
    }

    /// Start of the audio for the recogniser.
    var audioStart: SampleIndex
    var speechStart: SampleIndex
    var agreement = Agreement()
    var pause: Pause?
    /// Result for the segment up to the pause, recognized in advance.
    var speculation: SegmentResult?
    /// Mean power of the segment's loudest window.
    var loudest: Float = 0
    /// End of the last window that was loud enough to count as sound.
    var soundEnd = SampleIndex.zero
    /// Position at which the last interim was requested; `interimPeriod` is the wait until the next.
    var lastInterim: SampleIndex
    var interimPeriod: SampleCount
    /// True if a cut was requested and no place for it was found.
    var cutFailed = false
}

extension OpenSegment {
    /// Notes the power of a window that ends at `end`.
    mutating func hear(_ power: Float, through end: SampleIndex, _ timing: StreamTiming) {
        loudest = max(loudest, power)
        if power >= loudest * timing.silentShare { soundEnd = end }
    }
}

/// Speech whose end has been decided.
struct ClosedSegment: Sendable, Equatable {
    var audio: SampleRange
    var speech: SampleRange
    /// End of the segment's final. The final begins where the one before ended.
    var coverage: SampleIndex
    var reason: FinalReason
    var agreement: Agreement
    var result: SegmentResult?
    /// The pause that ended the segment; nil when speech went on without one.
    var pause: OpenSegment.Pause?
    /// True if the recogniser knew what follows: more words, or a long silence. Its punctuation stays.
    var isDecided = false
}

extension ClosedSegment {
    /// True if the sentence probably goes on behind the segment.
    var goesOn: Bool {
        switch reason {
        case .endOfTurn, .flush, .endOfAudio: false
        case .pause: !isDecided && pause?.goesOn ?? false
        case .length: !isDecided && pause?.goesOn ?? true
        }
    }
}

/// An event that waits until everything before it in the queue has been sent.
enum QueuedItem: Sendable, Equatable {
    case segment(ClosedSegment)
    case silence(through: SampleIndex, FinalReason)
    case speechStarted(at: SampleIndex)
    case turnEnded
    case flushed
    case finished
}

/// The current turn.
struct TurnState: Sendable, Equatable {
    /// True if words of the turn are final, or will be at once.
    private(set) var isOpen = false
    /// End of the turn's last speech; nil while somebody speaks.
    private(set) var pausedAt: SampleIndex?
    private var judgment: (id: Int, probability: Float?)?

    static func == (a: Self, b: Self) -> Bool {
        a.isOpen == b.isOpen && a.pausedAt == b.pausedAt && a.judgment?.id == b.judgment?.id
            && a.judgment?.probability == b.judgment?.probability
    }

    /// Start of the turn's first speech.
    private(set) var start: SampleIndex?

    mutating func spoken(at position: SampleIndex) {
        if start == nil { start = position }
        pausedAt = nil
        judgment = nil
    }

    mutating func paused(at end: SampleIndex, judgment id: Int) {
        pausedAt = end
        judgment = (id, nil)
    }

    mutating func saidWords() { isOpen = true }

    mutating func judged(_ id: Int, _ probability: Float) {
        if judgment?.id == id { judgment?.probability = probability }
    }

    mutating func reset() { self = TurnState() }

    /// True if the turn is over when its silence lasts until `position`.
    func isOver(at position: SampleIndex, _ timing: StreamTiming) -> Bool {
        guard let pausedAt else { return false }
        let silence = position - pausedAt
        guard silence >= timing.turnSilence else { return false }
        guard let probability = judgment?.probability else { return silence >= timing.longTimeout }
        // At the top of the scale no turn is certain enough.
        guard timing.completeness < 1 else { return silence >= timing.longTimeout }
        if probability > timing.completeness { return true }
        let doubt = Double(1 - max(0, probability) / timing.completeness)
        let extra = Double((timing.longTimeout - timing.shortTimeout).samples) * doubt
        return silence >= timing.shortTimeout + SampleCount(Int64(extra))
    }
}
