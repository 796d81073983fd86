import Speech

extension SessionMachine {
    /// Notes that a leg is given up and that its engine is not known to be at fault yet.
    mutating func suspect(_ stall: SuspectedStall, _ actions: inout [SessionAction]) {
        stalls.suspect(stall)
        // Another leg may already have said words for the same audio.
        for number in stall.channels {
            guard let last = channelStates[number].lastSource else { continue }
            heardWords(channelStates[number].stitcher.tail, by: last, in: number, &actions)
        }
    }

    /// Reports the engines that said nothing to audio in which these words were heard.
    mutating func heardWords(_ words: [Word], by source: WordSource, in number: Int, _ actions: inout [SessionAction]) {
        for fault in stalls.faults(shownBy: words, of: source, in: number) { reportFault(fault.engine, fault.error, &actions) }
    }

    /// Measures how late words come, which is the time that their engine needs. An engine whose leg was given up meanwhile was only slow.
    ///
    /// - Parameter heard: the end of the audio that the leg had accounted for before.
    mutating func noteLag(of said: Hypothesis, from id: LegID, behind heard: SampleIndex, now: Instant, _ actions: inout [SessionAction]) {
        guard let index = pool.index(of: id), pool.legs[index].answers.owesSince != nil,
            let first = said.words.first(where: { $0.range.end > heard })
        else { return }
        let engine = pool.legs[index].engine, isFailed = pool.legs[index].isFailed
        if isFailed { stalls.acquit(id) }
        // Without word times, the word counts as said at the end of its final or interim.
        let start = pool.engine(engine)?.hasWordTimes ?? true ? first.range.start : said.range.end
        guard let lag = pool.legs[index].lag(of: start, now: now), pool.change(id, { $0.lagged(by: lag) }) == true else { return }
        stalls.noteLag(lag, of: engine)
        if isFailed { actions.append(.report(.engineLagged(engine, by: lag))) }
    }

    /// Reports an engine that is known to be at fault to all sessions that share its health.
    mutating func reportFault(_ engine: EngineName, _ error: EngineError, _ actions: inout [SessionAction]) {
        stalls.noteFault(at: timeline.end)
        actions.append(.report(.engineFault(engine, error)))
    }
}
