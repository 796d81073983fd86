package import Speech

extension SessionMachine {
    package mutating func engine(_ event: EngineEvent, from id: LegID, now: Instant) -> [SessionAction] {
        guard !isEnded else { return [] }
        // The leg is read where it is: a copy of it costs more than the rest of this function.
        guard let index = pool.index(of: id) else {
            noteLate(event)
            return []
        }
        let isShadow = pool.legs[index].isShadow, heardThrough = pool.legs[index].heardThrough
        var actions: [SessionAction] = []
        guard let said = pool.change(id, { $0.mapped(event) }) ?? nil else { return [] }
        if isShadow {
            shadow(said, from: id, now: now, &actions)
            return actions
        }
        switch said {
        case .opened: opened(id, now: now, &actions)
        // The driver handles these events itself.
        case .skipped, .notice: return []
        case .closed(let error): closed(id, error, now: now, &actions)
        case .speechStarted(let channel, _), .turnEnded(let channel, _), .flushed(let channel):
            answered(id, nil, now: now)
            offer(said, in: channel.number, from: id, now: now, &actions)
        case .interim(let hypothesis):
            noteLag(of: hypothesis, from: id, behind: heardThrough, now: now, &actions)
            answered(id, (hypothesis.words.count, false), now: now)
            offer(said, in: hypothesis.channel.number, from: id, now: now, &actions)
        case .final(let hypothesis, _):
            noteLag(of: hypothesis, from: id, behind: heardThrough, now: now, &actions)
            answered(id, (hypothesis.words.count, true), now: now)
            offer(said, in: hypothesis.channel.number, from: id, now: now, &actions)
        }
        // The answer may have made room for waiting audio.
        return isEnded || isCaughtUp ? actions : actions + pump(now: now)
    }

    private mutating func answered(_ id: LegID, _ words: (count: Int, areFinal: Bool)?, now: Instant) {
        guard let index = pool.index(of: id) else { return }
        let heard = pool.legs[index].heardThrough + SampleCount(.milliseconds(300), at: configuration.rate), sent = pool.legs[index].sentThrough
        let isBehind = sent > heard && isLoud(SampleRange(heard, sent), in: pool.legs[index].channels)
        pool.change(id) { $0.answered(now: now, isBehind: isBehind, words: words) }
    }

    private mutating func opened(_ id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool[id], !leg.isFailed else { return }
        beginLater(leg, now: now, &actions)
        // Settling may have removed the leg.
        guard !isEnded, pool.change(id, { $0.opened(now: now) }) != nil else { return }
        if !isReady {
            isReady = true
            actions.append(.emit(.ready))
        }
    }

    /// Applies an event of a leg to the transcript, or holds the event until all before it is settled. An event that nobody waits for is dropped.
    mutating func offer(_ event: EngineEvent, in number: Int, from id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let index = pool.index(of: id) else { return }
        guard let place = channelStates[number].place(of: id) else { return noteLate(event) }
        let engine = pool.legs[index].engine
        let said = TimelineSpan.Held(
            leg: id, engine: engine, origin: pool.legs[index].origin, event: channelStates[number].placed(event, from: id, of: engine))
        if place == 0 {
            accept(said, in: number, isFailed: pool.legs[index].isFailed, hasWaited: false, now: now, &actions)
            if channelStates[number].spans.first?.end != nil { advance(number, now: now, &actions) }
            return
        }
        let leg = pool.legs[index]
        switch said.event {
        case .interim(let hypothesis):
            // The interim is shown if only repairs are before it, and begins with the words that wait.
            guard !leg.isFailed, channelStates[number].spans[..<place].allSatisfy({ $0.sources.allSatisfy(pool.isFailed) }) else { return }
            perform([channelStates[number].shown(hypothesis, behind: place, of: said)], in: number, now: now, &actions)
        case .final(let hypothesis, _):
            guard channelStates[number].hold(said.event, at: place, of: leg) else {
                // The leg's further words cannot be kept, so another engine hears the audio again.
                let error = EngineError.protocolViolation("\(leg.engine) said more than can wait for what is before it.")
                if !leg.isFailed { fail(leg, .failed(error), error, now: now, &actions) }
                return
            }
            // A participant that began later has not heard all audio before.
            if let start = channelStates[number].ensemble.start(of: id), start > channelStates[number].spans[place].start { return }
            channelStates[number].spans[place].heldThrough = max(channelStates[number].spans[place].heldThrough, hypothesis.range.end)
        case .speechStarted, .turnEnded, .flushed: _ = channelStates[number].hold(said.event, at: place, of: leg)
        case .opened, .closed, .skipped, .notice: break
        }
    }

    /// Passes an event of a leg to the first span.
    private mutating func accept(
        _ said: TimelineSpan.Held, in number: Int, isFailed: Bool, hasWaited: Bool, now: Instant, _ actions: inout [SessionAction]
    ) {
        var said = said
        // The participants' speakers are labelled before the vote mixes their words.
        if case .voted(let ensemble) = channelStates[number].source, case .final(var final, let reason) = said.event,
            ensemble.index(of: said.leg) != nil
        {
            speakers.label(&final.words, of: .leg(said.leg))
            said.event = .final(final, reason: reason)
        }
        perform(channelStates[number].accept(said, isFailed: isFailed, hasWaited: hasWaited, moment(now)), in: number, now: now, &actions)
    }

    /// Counts a final with words that came too late.
    private mutating func noteLate(_ event: EngineEvent) {
        if case .final(let final, _) = event, !final.words.isEmpty { tally.lateFinals += 1 }
    }

    /// Maximum number of events and words that can wait at once in a channel. No engine says as much while a client's audio waits.
    package static var maxWaitingCount: Int { 16_384 }

    /// Number of events and words that wait in spans, in all channels.
    package var waitingCount: Int { channelStates.reduce(0) { $0 + $1.spans.reduce(0) { $0 + $1.heldCount } } }

    // MARK: - A channel's actions

    /// Returns the state of the session that a channel's decisions depend on.
    func moment(_ now: Instant) -> ChannelMoment {
        ChannelMoment(legs: pool, received: timeline.end, isFinishing: isFinishing, now: now)
    }

    /// Does a channel's actions, in their order.
    mutating func perform(_ steps: [ChannelAction], in number: Int, now: Instant, _ actions: inout [SessionAction]) {
        for step in steps {
            switch step {
            case .show(var hypothesis, let source):
                speakers.label(&hypothesis.words, of: source)
                actions.append(.emit(.interim(hypothesis)))
            case .commit(let committed): record(committed, &actions)
            case .commitSilence(let commit, let turn):
                actions += [.record(commit, turn: turn), .emit(.commit(commit))]
                shadow?.commit(commit)
            case .tell(let event): actions.append(.emit(event))
            case .changedWords(let count): tally.changedWords += count
            case .heardNothing: stalls.heardNothing()
            case .works(let leg): pool.choice.endOutage(of: leg)
            case .drop(let leg): if !channelStates.contains(where: { $0.place(of: leg) != nil }) { giveUp(leg, now: now, &actions) }
            }
        }
    }

    /// Records and emits a commit, and gives its words to everything that waits for words.
    private mutating func record(_ committed: ChannelAction.Committed, _ actions: inout [SessionAction]) {
        var commit = committed.commit
        // The speakers of a vote's participants were labelled before the vote.
        if committed.source != .vote { speakers.label(&commit.words, of: committed.source) }
        actions += [.record(commit, turn: committed.turn), .emit(.commit(commit))]
        shadow?.commit(commit)
        if !commit.words.isEmpty {
            stalls.heardWords()
            heardWords(commit.words, by: committed.source, in: commit.channel.number, &actions)
        }
        for repair in deferred.noteCommit(commit, placedAt: committed.placed, hasTimes: committed.hasTimes) { backfill(repair, &actions) }
    }

    // MARK: - From span to span

    /// Removes settled spans from the front of a channel, and applies the events that waited in the next span.
    mutating func advance(_ number: Int, now: Instant, _ actions: inout [SessionAction]) {
        while let front = channelStates[number].spans.first, let end = front.end {
            let committed = channelStates[number].stitcher.committedThrough
            switch front.need {
            case .none:
                if committed >= end { perform(channelStates[number].dismissParticipants(moment(now)), in: number, now: now, &actions) }
                guard channelStates[number].spans[0].sources.isEmpty else { return }
                // Audio that the last final of a span leaves uncovered is covered by the next span.
                if committed < end, channelStates[number].spans.count == 1 { commitSilence(through: end, in: number, now: now, &actions) }
            case .silence: commitSilence(through: end, in: number, now: now, &actions)
            case .repair(let plan):
                if committed >= end {
                    cancel(plan, in: number, now: now, &actions)
                } else if now >= self.end(of: plan, in: number) {
                    missed(plan, in: number, through: end, now: now, &actions)
                } else {
                    return
                }
            case .repaired(let words, let plan):
                perform(channelStates[number].commit(words, of: plan, through: end, moment(now)), in: number, now: now, &actions)
            case .lost(let cause, let until, let later):
                // A source of the span may still say something.
                if committed < end && now < until && !front.sources.isEmpty { return }
                let edge = channelStates[number].stitcher.gap?.end
                let gap = report(through: end, in: number, cause, &actions)
                if let gap, let later { askLate(later, for: gap, behind: edge, in: channelStates[number].channel, now: now, &actions) }
            }
            let settled = channelStates[number].spans.removeFirst()
            for id in settled.sources where !pool.mayAnswer(id) { dismiss(id, &actions) }
            actions += settled.after.map { .emit($0) }
            guard !channelStates[number].spans.isEmpty else { break }
            beginFirst(in: number, now: now, &actions)
        }
        checkEnd(&actions, now: now)
    }

    /// Applies the events that waited in the span that is now the first one.
    private mutating func beginFirst(in number: Int, now: Instant, _ actions: inout [SessionAction]) {
        while let said = channelStates[number].spans[0].release() {
            accept(said, in: number, isFailed: false, hasWaited: true, now: now, &actions)
        }
        if channelStates[number].source.isSingle { return }
        channelStates[number].spans[0].heldThrough = channelStates[number].spans[0].start
        let isHeard = if case .none = channelStates[number].spans[0].need { true } else { false }
        let isOver = !isHeard || channelStates[number].spans[0].sources.allSatisfy(pool.isFailed)
        settle(number, mustGo: isOver, now: now, &actions)
    }

    /// Commits the words of a channel's ensemble that can be committed.
    mutating func settle(_ number: Int, mustGo: Bool = false, now: Instant, _ actions: inout [SessionAction]) {
        perform(channelStates[number].settle(mustGo: mustGo, moment(now)), in: number, now: now, &actions)
    }

    /// Reports a gap through `end`.
    ///
    /// - Returns: the gap that was reported; nil if the audio is settled already.
    mutating func report(through end: SampleIndex, in number: Int, _ cause: EngineError, _ actions: inout [SessionAction]) -> SampleRange? {
        guard let gap = channelStates[number].stitcher.giveUp(through: end) else { return nil }
        actions.append(.emit(.gap(channelStates[number].channel, gap, cause)))
        deferred.noteGap(gap, in: channelStates[number].channel)
        shadow?.skip(gap, in: number)
        return gap
    }

    private mutating func commitSilence(through end: SampleIndex, in number: Int, now: Instant, _ actions: inout [SessionAction]) {
        let engine = configuration.engines[pool.choice.preferred].name
        perform(channelStates[number].commitSilence(through: end, by: engine), in: number, now: now, &actions)
    }

    /// Removes a failed leg whose words no span wants any more.
    mutating func dismiss(_ id: LegID, _ actions: inout [SessionAction]) {
        guard let leg = pool[id], leg.isFailed, channelStates.allSatisfy({ $0.place(of: id) == nil }) else { return }
        pool.remove(id)
        for number in channelStates.indices { channelStates[number].forget(id) }
        actions.append(.command(id, .cancel))
        actions.append(.discard(id))
    }
}
