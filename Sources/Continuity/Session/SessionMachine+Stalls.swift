import Speech

extension SessionMachine {
    /// A leg is given up: whether somebody spoke is not known yet.
    mutating func suspect(_ stall: SuspectedStall, _ actions: inout [SessionAction]) {
        stalls.suspect(stall)
        // Another that hears the same may have said it already.
        for number in stall.channels {
            guard let last = channelStates[number].lastSource else { continue }
            heardWords(channelStates[number].stitcher.tail, by: last, in: number, &actions)
        }
    }

    /// There are words: who said nothing to them is at fault.
    mutating func heardWords(_ words: [Word], by source: WordSource, in number: Int, _ actions: inout [SessionAction]) {
        for fault in stalls.faults(shownBy: words, of: source, in: number) { reportFault(fault.engine, fault.error, &actions) }
    }

    /// Measures how late words come, which is the time that their engine needs. An engine that was given up meanwhile was only slow.
    ///
    /// - Parameter heard: the end of the audio that the leg had accounted for before.
    mutating func noteLag(of said: Hypothesis, from id: LegID, behind heard: SampleIndex, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool[id], leg.owesSince != nil, let first = said.words.first(where: { $0.range.end > heard }) else { return }
        if leg.isFailed { stalls.acquit(leg.id) }
        // Where its words lie in what it says, not every engine tells.
        let start = pool.engine(of: leg)?.hasWordTimes ?? true ? first.range.start : said.range.end
        guard let lag = leg.lag(of: start, now: now), pool.change(id, { $0.lagged(by: lag) }) == true else { return }
        stalls.noteLag(lag, of: leg.engine)
        if leg.isFailed { actions.append(.lagged(leg.engine, lag)) }
    }

    /// The engine is known to be at fault, and not only this session with it.
    mutating func reportFault(_ engine: EngineName, _ error: EngineError, _ actions: inout [SessionAction]) {
        stalls.noteFault(at: timeline.end)
        actions.append(.engineFault(engine, error))
    }
}
