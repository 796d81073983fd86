package import Speech

extension SessionMachine {
    package mutating func engine(_ event: EngineEvent, from id: LegID, now: Instant) -> [SessionAction] {
        guard !isEnded else { return [] }
        guard let leg = pool[id] else {
            noteLate(event)
            return []
        }
        var actions: [SessionAction] = []
        guard let said = pool.change(id, { $0.mapped(event) }) ?? nil else { return [] }
        if leg.isShadow {
            shadow(said, from: id, now: now, &actions)
            return actions
        }
        switch said {
        case .opened: opened(id, now: now, &actions)
        // For the driver's ears.
        case .skipped, .creditsLow: return []
        case .closed(let error): closed(id, error, now: now, &actions)
        case .speechStarted(let channel, _), .turnEnded(let channel, _), .flushed(let channel):
            answered(id, nil, now: now)
            offer(said, in: channel.number, from: id, now: now, &actions)
        case .interim(let hypothesis):
            noteLag(of: hypothesis, from: id, behind: leg.heardThrough, now: now, &actions)
            answered(id, (hypothesis.words.count, false), now: now)
            offer(said, in: hypothesis.channel.number, from: id, now: now, &actions)
        case .final(let hypothesis, _):
            noteLag(of: hypothesis, from: id, behind: leg.heardThrough, now: now, &actions)
            answered(id, (hypothesis.words.count, true), now: now)
            offer(said, in: hypothesis.channel.number, from: id, now: now, &actions)
        }
        // An answer may have made room for audio that waits.
        return isEnded || isCaughtUp ? actions : actions + pump(now: now)
    }

    private mutating func answered(_ id: LegID, _ words: (count: Int, areFinal: Bool)?, now: Instant) {
        guard let leg = pool[id] else { return }
        let margin = SampleCount(.milliseconds(300), at: configuration.rate)
        let isBehind = leg.sentThrough > leg.heardThrough + margin && isLoud(SampleRange(leg.heardThrough + margin, leg.sentThrough), for: leg)
        pool.change(id) { $0.answered(now: now, isBehind: isBehind, words: words) }
    }

    private mutating func opened(_ id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool[id], !leg.isFailed else { return }
        beginLater(leg, now: now, &actions)
        // What that settles may have let others go.
        guard !isEnded, pool.change(id, { $0.opened(now: now) }) != nil else { return }
        if !isReady {
            isReady = true
            actions.append(.emit(.ready))
        }
    }

    /// Applies an event of a leg to the transcript, or holds the event until all before it is settled. An event that nobody waits for is dropped.
    private mutating func offer(_ event: EngineEvent, in number: Int, from id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool[id] else { return }
        guard let place = lanes[number].place(of: leg.id) else { return noteLate(event) }
        let hasTimes = hasTimes(leg.engine)
        let placed = hasTimes ? event : placed(event, of: leg.id, in: number)
        var event = hasTimes || isWordless(placed) ? uncut(placed, in: number) : placed
        if case .final(let said, _) = placed, case .final(var final, let reason) = event {
            if !hasTimes, let end = lanes[number].cut(of: said.range, of: leg.id) {
                final.range = SampleRange(min(final.range.start, end), end)
                event = .final(final, reason: reason)
            } else if final.range.end < said.range.end {
                lanes[number].cut(said.range, to: final.range.end, of: leg.id)
            }
        }
        if place == 0 {
            if isPanel {
                hear(event, in: number, from: leg.id, now: now, &actions)
            } else {
                apply(event, in: number, from: leg.id, leg.engine, origin: leg.origin, isFailed: leg.isFailed, &actions)
            }
            if lanes[number].stretches.first?.end != nil { advance(number, now: now, &actions) }
            return
        }
        switch event {
        case .interim(let hypothesis):
            // Shown while only repairs are before it; it begins with what waits.
            guard !leg.isFailed, lanes[number].stretches[..<place].allSatisfy({ $0.sources.allSatisfy(pool.isFailed) }) else { return }
            show(hypothesis, in: number, behind: place, from: leg.id, leg.engine, origin: leg.origin, &actions)
        case .final(let hypothesis, _):
            guard hold(event, in: number, at: place, leg) else {
                // What it says more is not known to be covered: another engine hears it again.
                let error = EngineError.protocolViolation("\(leg.engine) said more than can wait for what is before it.")
                if !leg.isFailed { fail(leg, .failed(error), error, now: now, &actions) }
                return
            }
            // Who began later has not heard all that is before.
            if isPanel, lanes[number].panel.start(of: leg.id) ?? .zero > lanes[number].stretches[place].start { return }
            lanes[number].stretches[place].heldThrough = max(lanes[number].stretches[place].heldThrough, hypothesis.range.end)
        case .speechStarted, .turnEnded, .flushed: _ = hold(event, in: number, at: place, leg)
        case .opened, .closed, .skipped, .creditsLow: break
        }
    }

    /// Returns true if a final has no words, not even for loud audio. If an engine without word times has said a word, nobody knows what is behind
    /// the word.
    private func isWordless(_ event: EngineEvent) -> Bool {
        guard case .final(let said, _) = event else { return false }
        return said.words.isEmpty
    }

    /// Words of an engine that does not say where they lie are where somebody speaks.
    private mutating func placed(_ event: EngineEvent, of leg: LegID, in number: Int) -> EngineEvent {
        switch event {
        case .final(var said, let reason):
            said.words = lanes[number].spread(said.words, over: said.range, of: leg)
            if !said.words.isEmpty { lanes[number].placed(said.range, of: leg) }
            return .final(said, reason: reason)
        case .interim(var said):
            said.words = lanes[number].spread(said.words, over: said.range, of: leg)
            return .interim(said)
        case .opened, .closed, .speechStarted, .turnEnded, .flushed, .creditsLow, .skipped: return event
        }
    }

    func hasTimes(_ engine: EngineName) -> Bool { configuration.engines.first { $0.name == engine }?.hasWordTimes ?? true }

    /// Returns the ear of `source`, whose words are compared with the words of the source that spoke last; nil if `source` spoke last.
    func ear(of source: Lane.Source, _ engine: EngineName, from origin: SampleIndex, in number: Int) -> Seam.Ear? {
        lanes[number].ear(of: source, engine, from: origin, rate: configuration.rate, hasTimes: hasTimes(engine))
    }

    /// It was said too late to count.
    private mutating func noteLate(_ event: EngineEvent) {
        if case .final(let final, _) = event, !final.words.isEmpty { tally.lateFinals += 1 }
    }

    /// Maximum number of events and words that can wait at once in a channel. Nobody says as much while a client's audio may wait.
    package static var maxWaitingCount: Int { 16_384 }

    /// Events and words that wait for what is before them.
    package var waitingCount: Int { lanes.reduce(0) { $0 + $1.stretches.reduce(0) { $0 + $1.heldCount } } }

    /// - Returns: false when there is no room for it.
    private mutating func hold(_ event: EngineEvent, in number: Int, at place: Int, _ leg: Leg) -> Bool {
        guard lanes[number].stretches.reduce(event.weight, { $0 + $1.heldCount }) <= Self.maxWaitingCount else { return false }
        var event = event
        // Who asked a failed leg has asked its successor since.
        if leg.isFailed {
            if case .flushed = event { return true }
            if case .final(let final, .flush) = event { event = .final(final, reason: .pause) }
        }
        lanes[number].stretches[place].hold(Stretch.Held(leg: leg.id, engine: leg.engine, origin: leg.origin, event: event))
        return true
    }

    /// A final that was cut because it had grown long, or because the client asked for it, may end within a word which the engine will say in the
    /// next. What is loud behind its last word is not covered by it, and not lost if the engine says no more.
    private func uncut(_ event: EngineEvent, in number: Int) -> EngineEvent {
        guard case .final(var final, let reason) = event, reason == .length || reason == .flush, configuration.measuresLoudness else { return event }
        let longestWord = SampleCount(.seconds(1), at: configuration.rate)
        let words = final.words.last?.range.end ?? final.range.start
        guard let loud = lanes[number].speech.hull(in: SampleRange(max(words, final.range.end - longestWord), final.range.end)) else { return event }
        final.range = SampleRange(final.range.start, max(final.range.start, loud.start))
        return .final(final, reason: reason)
    }

    // MARK: - The first stretch

    /// An event of a leg whose words count now.
    mutating func apply(
        _ event: EngineEvent, in number: Int, from id: LegID, _ engine: EngineName, origin: SampleIndex, isFailed: Bool,
        _ actions: inout [SessionAction]
    ) {
        switch event {
        case .final(let hypothesis, let reason):
            // Who asked a failed leg has asked its successor since.
            let reason = isFailed && reason == .flush ? .pause : reason
            let before = lanes[number].stitcher.committedThrough
            commit(hypothesis, reason, from: .leg(id), engine, origin: origin, in: number, isFailed: isFailed, &actions)
            // The engine works: whatever went before is over.
            if !isFailed, lanes[number].stitcher.committedThrough > before { pool.choice.endOutage(of: id) }
        case .interim(let hypothesis): if !isFailed { show(hypothesis, in: number, behind: 0, from: id, engine, origin: origin, &actions) }
        case .speechStarted(let channel, let at):
            if !isFailed { actions.append(.emit(.speechStarted(channel, at: max(at, lanes[number].stitcher.committedThrough)))) }
        case .turnEnded:
            if !isFailed || lanes[number].hasOpenTurn && lanes[number].lastSource == .leg(id) { endTurn(in: number, &actions, at: event) }
        case .flushed(let channel): if !isFailed { actions.append(.emit(.flushed(channel))) }
        case .opened, .closed, .skipped, .creditsLow: break
        }
    }

    private mutating func show(
        _ hypothesis: Hypothesis, in number: Int, behind place: Int, from id: LegID, _ engine: EngineName, origin: SampleIndex,
        _ actions: inout [SessionAction]
    ) {
        var rest = hypothesis
        if place > 0 {
            var waiting: [Word] = []
            for (other, stretch) in lanes[number].stretches[...place].enumerated() {
                // Of those who hear the same, only its own.
                for held in stretch.held where other < place || held.leg == id || !isPanel {
                    if case .final(let final, _) = held.event { waiting += final.words }
                }
            }
            rest.words = waiting + hypothesis.words
            // What is missing comes before them: a client that was told that they stand could not be told of it any more.
            rest.stableWords = 0
        }
        rest = lanes[number].stitcher.interim(rest, seam: ear(of: .leg(id), engine, from: origin, in: number))
        speakers.label(&rest.words, of: .leg(id))
        actions.append(.emit(.interim(rest)))
    }

    /// Accepts what is new of a final, and tells.
    ///
    /// - Parameters:
    ///   - origin: the start of the audio that the engine heard.
    ///   - isFresh: true if all words of the final are known to be new.
    ///   - isCut: true if the end of the audio may have cut the last word.
    mutating func commit(
        _ final: Hypothesis, _ reason: FinalReason, from source: Lane.Source, _ engine: EngineName, origin: SampleIndex, in number: Int,
        isFailed: Bool = false, isFresh: Bool = false, isCut: Bool = false, _ actions: inout [SessionAction]
    ) {
        var seam = isFresh ? nil : ear(of: source, engine, from: origin, in: number)
        // What its last final did not cover is said in this one.
        seam?.finalStart = final.words.first.map { min(final.range.start, $0.range.start) } ?? final.range.start
        seam?.finalEnd = final.range.end
        let hasTimes = hasTimes(engine)
        let tail = lanes[number].stitcher.heard
        let before = lanes[number].stitcher.lastWordEnd
        let committed = lanes[number].stitcher.committedThrough
        let changed = lanes[number].stitcher.changedWords
        let said = final.words
        var final = final
        // Where its words lie in it nobody knows: it is new, or it is not.
        if !hasTimes, !isFresh, isSettled(final.words, of: final.range, from: source, in: number) {
            lanes[number].stitcher.hearGap(final.words, by: engine, hasTimes: false)
            final.words = []
        }
        let isLegs = if case .leg = source { true } else { false }
        let accepted = lanes[number].stitcher.accept(
            final, reason: reason, from: engine, seam: seam,
            isFresh: isFresh || seam == nil && !hasTimes && (final.range.end > committed || !final.words.isEmpty),
            bound: hasTimes || !isLegs ? nil : final.range.end, isCut: isCut)
        tally.changedWords += lanes[number].stitcher.changedWords - changed
        if let accepted, !accepted.words.isEmpty || lanes[number].lastSource == nil {
            lanes[number].change(to: source, behind: tail, hasTimes: hasTimes)
            lanes[number].reached(final.range.end)
        } else {
            lanes[number].remember(said, of: source)
        }
        guard var commit = accepted else { return }
        if isFailed, commit.range.isEmpty, commit.words.isEmpty { return }
        if lanes[number].isOrphaned, let first = commit.words.first {
            let pause = SampleCount(configuration.turnSilence, at: configuration.rate)
            if let before, first.range.start >= before + pause { endTurn(in: number, &actions) }
            if case .leg = source { lanes[number].isOrphaned = false }
        }
        if source != .vote { speakers.label(&commit.words, of: source) }
        actions.append(.record(commit, turn: lanes[number].turn))
        actions.append(.emit(.commit(commit)))
        shadow?.commit(commit)
        if !commit.words.isEmpty {
            // Somebody can be understood.
            stalls.heardWords()
            heardWords(commit.words, by: source, in: number, &actions)
        }
        let placed = lanes[number].stitcher.tail.suffix(commit.words.count)
        let ready = deferred.noteCommit(
            commit, placedAt: commit.words.count == placed.count ? placed : commit.words[...], hasTimes: lanes[number].hasTimes)
        for repair in ready { mend(repair, &actions) }
        if commit.endsTurn {
            lanes[number].turn += 1
            lanes[number].hasOpenTurn = false
            lanes[number].isOrphaned = false
        } else if !commit.words.isEmpty {
            lanes[number].hasOpenTurn = true
        }
        if !commit.range.isEmpty, configuration.measuresLoudness {
            lanes[number].speech.forget(before: commit.range.start - reach - reach)
        }
    }

    /// Returns true if nothing is new in a final whose engine does not say where its words lie. Such a final may contain a little more than it says.
    /// This shows when the final is compared with the words of other sources.
    func isSettled(_ words: [Word], of final: SampleRange, from source: Lane.Source, in number: Int) -> Bool {
        let stitcher = lanes[number].stitcher
        let isCompared = lanes[number].lastSource.map { $0 != source } ?? false && !stitcher.isAtGap
        let margin = isCompared ? SampleCount(.milliseconds(150), at: configuration.rate) : .zero
        return final.end + margin <= stitcher.committedThrough && !stitcher.goesOn(with: words, of: final)
    }

    /// The session ends a turn by itself, or by what an engine said.
    mutating func endTurn(in number: Int, _ actions: inout [SessionAction], at event: EngineEvent? = nil) {
        let lane = lanes[number]
        lanes[number].turn += 1
        lanes[number].hasOpenTurn = false
        lanes[number].isOrphaned = false
        if case .turnEnded(let channel, let at)? = event {
            actions.append(.emit(.turnEnded(channel, at: at)))
        } else {
            actions.append(.emit(.turnEnded(lane.channel, at: lane.stitcher.lastWordEnd ?? lane.stitcher.committedThrough)))
        }
    }

    // MARK: - From stretch to stretch

    /// Goes on behind the first stretch for as long as it is settled.
    mutating func advance(_ number: Int, now: Instant, _ actions: inout [SessionAction]) {
        while let front = lanes[number].stretches.first, let end = front.end {
            let committed = lanes[number].stitcher.committedThrough
            switch front.need {
            case .none:
                if isPanel, committed >= end { dismissPanel(number, now: now, &actions) }
                guard lanes[number].stretches[0].sources.isEmpty else { return }
                // What a last final leaves to its stretch's end, the next one covers.
                if committed < end, lanes[number].stretches.count == 1 {
                    silence(through: end, in: number, engine: configuration.engines[pool.choice.preferred].name, &actions)
                }
            case .silence:
                silence(through: end, in: number, engine: configuration.engines[pool.choice.preferred].name, &actions)
            case .repair(let plan):
                if committed >= end {
                    cancel(plan, in: number, now: now, &actions)
                } else if now >= self.end(of: plan, in: number) {
                    missed(plan, in: number, through: end, now: now, &actions)
                } else {
                    return
                }
            case .repaired(let words, let plan):
                commit(words, of: plan, in: number, through: end, &actions)
            case .lost(let cause, let until, let later):
                // Its leg may still say something.
                if committed < end && now < until && !front.sources.isEmpty { return }
                let edge = lanes[number].stitcher.gap?.end
                let gap = report(through: end, in: number, cause, &actions)
                if let gap, let later { askLate(later, for: gap, behind: edge, in: lanes[number].channel, now: now, &actions) }
            }
            let settled = lanes[number].stretches.removeFirst()
            for id in settled.sources where !pool.mayAnswer(id) { dismiss(id, &actions) }
            actions += settled.after.map { .emit($0) }
            guard !lanes[number].stretches.isEmpty else { break }
            while let event = lanes[number].stretches[0].release() {
                if isPanel, lanes[number].panel.index(of: event.leg) != nil {
                    hear(event.event, in: number, from: event.leg, now: now, &actions)
                } else {
                    apply(event.event, in: number, from: event.leg, event.engine, origin: event.origin, isFailed: false, &actions)
                }
            }
            if isPanel {
                lanes[number].stretches[0].heldThrough = lanes[number].stretches[0].start
                let isHeard = if case .none = lanes[number].stretches[0].need { true } else { false }
                let isOver = !isHeard || lanes[number].stretches[0].sources.allSatisfy(pool.isFailed)
                settle(number, mustGo: isOver, now: now, &actions)
            }
        }
        checkEnd(&actions, now: now)
    }

    /// - Returns: the gap that was reported.
    mutating func report(through end: SampleIndex, in number: Int, _ cause: EngineError, _ actions: inout [SessionAction]) -> SampleRange? {
        guard let gap = lanes[number].stitcher.giveUp(through: end) else { return nil }
        actions.append(.emit(.gap(lanes[number].channel, gap, cause)))
        deferred.noteGap(gap, in: lanes[number].channel)
        shadow?.skip(gap, in: number)
        return gap
    }

    private mutating func silence(through end: SampleIndex, in number: Int, engine: EngineName, _ actions: inout [SessionAction]) {
        let channel = lanes[number].channel
        guard lanes[number].stitcher.committedThrough < end else { return }
        let rest = Hypothesis(channel: channel, range: SampleRange(lanes[number].stitcher.committedThrough, end), words: [])
        guard let commit = lanes[number].stitcher.accept(rest, reason: .pause, from: engine) else { return }
        actions.append(.record(commit, turn: lanes[number].turn))
        actions.append(.emit(.commit(commit)))
        shadow?.commit(commit)
    }

    /// Lets a failed leg go that nobody listens to any more.
    mutating func dismiss(_ id: LegID, _ actions: inout [SessionAction]) {
        guard let leg = pool[id], leg.isFailed, lanes.allSatisfy({ $0.place(of: id) == nil }) else { return }
        pool.remove(id)
        for number in lanes.indices { lanes[number].forget(id) }
        actions.append(.command(id, .cancel))
        actions.append(.discard(id))
    }
}
