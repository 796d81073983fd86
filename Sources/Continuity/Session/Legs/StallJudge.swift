import Speech

/// A leg that was given up because it said nothing to what was loud. A leg that is well also says nothing to noise that nobody can understand: its
/// engine is known to be at fault when another engine hears words there.
struct SuspectedStall: Sendable {
    let leg: LegID
    let engine: EngineName
    let channels: Range<Int>
    /// The audio that the leg was sent and has said nothing of.
    let range: SampleRange
    let error: EngineError
}

/// The judgement of legs that say nothing: the time that each engine has to answer, and the engines that are at fault.
struct StallJudge: Sendable {
    /// The minimum time that an engine has.
    private let stall: Duration
    /// The factor by which silence is borne longer than usual. Noise that nobody can understand looks like a stall.
    private var backoff = 1
    /// The longest time by which the words of each engine's latest leg were behind.
    private var lags: [EngineName: Duration] = [:]
    /// Legs that were given up for their silence, of which nobody knows yet if it was a fault.
    private var suspects: [SuspectedStall] = []
    /// The end of the audio when an engine was last known to be at fault.
    private var lastFault: SampleIndex?

    private static let maxSuspects = 16
    private static let maxSlowness: Duration = .seconds(8)
    private static let maxBackoff = 16

    init(stall: Duration) { self.stall = stall }

    /// Returns the time that an engine may say nothing. An engine that is known to be slow has longer. A quick one has no less: it may wait for a pause
    /// before it says anything.
    func limit(of engine: SessionEngine) -> Duration {
        let slowness = max(engine.slowness ?? .zero, lags[engine.name] ?? .zero)
        return max(stall, min(slowness, Self.maxSlowness) * 5 / 4) * backoff
    }

    /// Somebody can be understood: silence is borne no longer than usual.
    mutating func heardWords() { backoff = 1 }

    /// Another engine hears no words either where a leg was given up for its silence.
    mutating func heardNothing() { backoff = min(2 * backoff, Self.maxBackoff) }

    /// A leg is given up, and nobody knows yet if somebody spoke.
    mutating func suspect(_ stall: SuspectedStall) {
        if suspects.count == Self.maxSuspects { suspects.removeFirst() }
        suspects.append(stall)
    }

    /// A leg that was given up has answered after all: it was slow.
    mutating func acquit(_ leg: LegID) { suspects.removeAll { $0.leg == leg } }

    /// There are words. Returns the stalls that are faults of their engines, because the engines said nothing to these words.
    mutating func faults(shownBy words: [Word], of source: WordSource, in channel: Int) -> [SuspectedStall] {
        guard !suspects.isEmpty else { return [] }
        let faults = suspects.filter { suspect in
            suspect.channels.contains(channel) && source != .leg(suspect.leg) && words.contains { suspect.range.contains($0.middle) }
        }
        for fault in faults { acquit(fault.leg) }
        return faults
    }

    /// An engine is known to be at fault.
    ///
    /// - Parameter end: the end of the received audio.
    mutating func noteFault(at end: SampleIndex) { lastFault = end }

    /// Returns true if an engine was known to be at fault less than `count` before `end`.
    func hasFault(within count: SampleCount, before end: SampleIndex) -> Bool { lastFault.map { end < $0 + count } ?? false }

    mutating func noteLag(_ lag: Duration, of engine: EngineName) { lags[engine] = lag }
}
