import Speech

/// Speech that goes on, or has just paused.
struct OpenSegment: Sendable, Equatable {
    struct Pause: Sendable, Equatable {
        /// Where the speech ended, though it may go on.
        var at: SampleIndex
        /// Where the sound ended; not behind `at`.
        var silentSince: SampleIndex
        /// What the recogniser hears ends here if the pause lasts.
        var audioEnd: SampleIndex
    }

    /// What the recogniser hears begins here.
    var audioStart: SampleIndex
    var speechStart: SampleIndex
    var agreement = Agreement()
    var pause: Pause?
    /// The result for the segment as far as the pause.
    var speculation: SegmentResult?
    /// Mean power of its loudest window.
    var loudest: Float = 0
    /// The end of the last window that was loud enough to be sound.
    var soundEnd = SampleIndex.zero
    /// Where the last interim was requested, and how long to wait until the next.
    var lastInterim: SampleIndex
    var interimPeriod: SampleCount
    /// A cut was asked for and found no place.
    var cutFailed = false
}

extension OpenSegment {
    /// A window of its sound, which ends at `end`.
    mutating func hear(_ power: Float, through end: SampleIndex, _ timing: StreamTiming) {
        loudest = max(loudest, power)
        if power >= loudest * timing.silentShare { soundEnd = end }
    }
}

/// Speech whose end is decided.
struct ClosedSegment: Sendable, Equatable {
    var audio: SampleRange
    var speech: SampleRange
    /// Its final reaches from the one before to here.
    var coverage: SampleIndex
    var reason: FinalReason
    var agreement: Agreement
    var result: SegmentResult?
}

/// What is to be said, in order, once what stands before it has been said.
enum QueuedItem: Sendable, Equatable {
    case segment(ClosedSegment)
    case silence(through: SampleIndex, FinalReason)
    case speechStarted(at: SampleIndex)
    case turnEnded
    case flushed
    case finished
}

/// The turn that is being spoken.
struct TurnState: Sendable, Equatable {
    /// Words of it are final, or about to be.
    private(set) var isOpen = false
    /// Where its last speech ended; nil while it is spoken.
    private(set) var pausedAt: SampleIndex?
    private var judgment: (id: Int, probability: Float?)?

    static func == (a: Self, b: Self) -> Bool {
        a.isOpen == b.isOpen && a.pausedAt == b.pausedAt && a.judgment?.id == b.judgment?.id
            && a.judgment?.probability == b.judgment?.probability
    }

    /// The turn's first speech.
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

    /// Whether the turn is over when its silence lasts until `position`.
    func isOver(at position: SampleIndex, _ timing: StreamTiming) -> Bool {
        guard let pausedAt else { return false }
        let silence = position - pausedAt
        guard silence >= timing.turnSilence else { return false }
        guard let probability = judgment?.probability else { return silence >= timing.longTimeout }
        if probability > timing.completeness { return true }
        let doubt = Double(1 - max(0, probability) / timing.completeness)
        let extra = Double((timing.longTimeout - timing.shortTimeout).samples) * doubt
        return silence >= timing.shortTimeout + SampleCount(Int64(extra))
    }
}
