import Speech

/// A leg that was given up because it said nothing to loud audio. A healthy leg also says nothing to noise. The leg's engine is known to be at fault
/// once another engine hears words in the audio.
struct SuspectedStall: Sendable {
    let leg: LegID
    let engine: EngineName
    let channels: Range<Int>
    /// The audio that the leg was sent and did not answer.
    let range: SampleRange
    let error: EngineError
}

/// The judgement of silent legs: the time that each engine has to answer, and the engines that are at fault.
struct StallJudge: Sendable {
    /// Minimum time that an engine has to answer.
    private let stall: Duration
    /// Factor by which the time to answer is extended, because noise looks like a stall.
    private var backoff = 1
    /// The time that each engine needs to answer, by the longest answer delay of its latest leg.
    private var needed: [(engine: EngineName, time: Duration)] = []
    /// Legs that were given up for their silence and whose engines are not known to be at fault.
    private var suspects: [SuspectedStall] = []
    /// The end of the audio when an engine was last known to be at fault.
    private var lastFault: SampleIndex?

    private static let maxSuspects = 16
    private static let maxSlowness: Duration = .seconds(8)
    private static let maxBackoff = 16

    init(stall: Duration) { self.stall = stall }

    /// Returns the maximum time for which an engine may say nothing. An engine that is known to be slow has more time. A quick engine has no less
    /// than the minimum, because it may wait for a pause.
    func limit(of engine: SessionEngine) -> Duration {
        let limit = max(stall, engine.timeToAnswer ?? .zero, needed.first { $0.engine == engine.name }?.time ?? .zero)
        return backoff > 1 ? limit * backoff : limit
    }

    /// Returns the time to answer of an engine of this slowness.
    static func timeToAnswer(of slowness: Duration) -> Duration { min(slowness, maxSlowness) * 5 / 4 }

    /// Resets the time to answer, because words were heard.
    mutating func heardWords() { backoff = 1 }

    /// Extends the time to answer, because another engine hears no words either where a leg was given up.
    mutating func heardNothing() { backoff = min(2 * backoff, Self.maxBackoff) }

    /// Adds a leg that is given up and whose engine is not known to be at fault yet.
    mutating func suspect(_ stall: SuspectedStall) {
        if suspects.count == Self.maxSuspects { suspects.removeFirst() }
        suspects.append(stall)
    }

    /// Removes a suspected leg that has answered after all: it was only slow.
    mutating func acquit(_ leg: LegID) { suspects.removeAll { $0.leg == leg } }

    /// Returns the stalls that are faults of their engines, because the engines said nothing to these words. Removes the stalls from the suspects.
    mutating func faults(shownBy words: [Word], of source: WordSource, in channel: Int) -> [SuspectedStall] {
        guard !suspects.isEmpty else { return [] }
        let faults = suspects.filter { suspect in
            suspect.channels.contains(channel) && source != .leg(suspect.leg) && words.contains { suspect.range.contains($0.middle) }
        }
        for fault in faults { acquit(fault.leg) }
        return faults
    }

    /// Notes that an engine is known to be at fault.
    ///
    /// - Parameter end: the end of the received audio.
    mutating func noteFault(at end: SampleIndex) { lastFault = end }

    /// Returns true if an engine was known to be at fault less than `count` before `end`.
    func hasFault(within count: SampleCount, before end: SampleIndex) -> Bool { lastFault.map { end < $0 + count } ?? false }

    mutating func noteLag(_ lag: Duration, of engine: EngineName) {
        needed.removeAll { $0.engine == engine }
        needed.append((engine, Self.timeToAnswer(of: lag)))
    }
}
