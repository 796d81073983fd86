import Speech

/// A leg that was given up because it said nothing to what was loud. To noise that nobody can understand a leg that is well says nothing either: that its
/// engine is at fault is known when another hears words there.
struct Doubt: Sendable {
    let leg: LegID
    let engine: EngineName
    let channels: Range<Int>
    /// The audio that the leg was sent and has said nothing of.
    let range: SampleRange
    let error: EngineError
}

extension SessionMachine {
    /// Maximum number of doubts at a time.
    private static var maxDoubts: Int { 16 }

    /// A leg is given up: whether somebody spoke is not known yet.
    mutating func doubt(_ doubt: Doubt, _ actions: inout [SessionAction]) {
        if doubts.count == Self.maxDoubts { doubts.removeFirst() }
        doubts.append(doubt)
        // Another that hears the same may have said it already.
        for number in doubt.channels {
            guard let last = lanes[number].lastSource else { continue }
            heardWords(lanes[number].stitcher.tail, by: last, in: number, &actions)
        }
    }

    /// There are words: who said nothing to them is at fault.
    mutating func heardWords(_ words: [Word], by source: Lane.Source, in number: Int, _ actions: inout [SessionAction]) {
        guard !doubts.isEmpty else { return }
        for doubt in doubts where doubt.channels.contains(number) && source != .leg(doubt.leg) {
            guard words.contains(where: { doubt.range.contains($0.middle) }) else { continue }
            doubts.removeAll { $0.leg == doubt.leg }
            blame(doubt.engine, doubt.error, &actions)
        }
    }

    /// Measures how late words come, which is the time that their engine needs. An engine that was given up meanwhile was only slow.
    ///
    /// - Parameter heard: the end of the audio that the leg had accounted for before.
    mutating func noteLag(of said: Hypothesis, from id: LegID, behind heard: SampleIndex, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool[id], leg.owesSince != nil, let first = said.words.first(where: { $0.range.end > heard }) else { return }
        if leg.isFailed { doubts.removeAll { $0.leg == leg.id } }
        // Where its words lie in what it says, not every engine tells.
        let start = hasTimes(leg.engine) ? first.range.start : said.range.end
        guard let lag = leg.lag(of: start, now: now), pool.change(id, { $0.lagged(by: lag) }) == true else { return }
        lags[leg.engine] = lag
        if leg.isFailed { actions.append(.lagged(leg.engine, lag)) }
    }

    /// The engine is known to be at fault, and not only this session with it.
    mutating func blame(_ engine: EngineName, _ error: EngineError, _ actions: inout [SessionAction]) {
        blamed = timeline.end
        actions.append(.blame(engine, error))
    }
}
