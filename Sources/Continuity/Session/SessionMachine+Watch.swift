package import Speech

extension SessionMachine {
    /// The interval after which everything that depends on incoming audio is checked again.
    private static var glance: Duration { .milliseconds(250) }

    /// Returns the time when `watch` has something to do; nil if nothing waits for a time.
    func nextWatch(now: Instant) -> Instant? {
        var next: Instant?
        func consider(_ time: Instant) { next = min(next ?? time, time) }
        for index in pool.legs.indices { if let time = nextWatch(ofLegAt: index, now: now) { consider(time) } }
        for number in channelStates.indices {
            for place in channelStates[number].spans.indices {
                switch channelStates[number].spans[place].need {
                case .repair(let plan):
                    if plan.asked == nil { consider(max(plan.detected + maxWait, plan.again ?? now)) }
                    if let time = besideTime(of: plan) { consider(time) }
                    if place == 0 { consider(end(of: plan, in: number)) }
                case .lost(_, let time, _): if place == 0 { consider(time) }
                case .none, .silence, .repaired: break
                }
            }
            if channelStates[number].isOrphaned { consider(now + Self.glance) }
            if channelStates[number].source.hasFinals, let time = channelStates[number].nextSettling { consider(time) }
        }
        if !pool.changes.isEmpty || wantsBetter { consider(now + Self.glance) }
        if !isHoldingClient, let end = pool.changes.nextOverlapEnd { consider(end) }
        return next
    }

    /// Maximum wait for the audio behind a repair's end; the client may have paused.
    private var maxWait: Duration { reach.duration(at: configuration.rate) + .milliseconds(200) }

    /// Does the work that is due because of the time or of a silence.
    mutating func watch(now: Instant, _ actions: inout [SessionAction]) {
        let isDue = nextWatch(now: now).map { $0 <= now } ?? false
        guard isDue || repairWaits || wantsBetter || !pool.changes.isEmpty || channelStates.contains(where: \.isOrphaned) else { return }
        // A client that is held back would have sent more audio.
        while !isHoldingClient, let leg = pool.changes.endOverlap(now: now) { endOverlap(of: leg) }
        for id in pool.legs.map(\.id) where !isEnded { watch(id, now: now, &actions) }
        repairWaits = false
        for number in channelStates.indices where !isEnded {
            for place in channelStates[number].spans.indices {
                guard let plan = channelStates[number].spans[place].plan else { continue }
                ask(number, place, mustGo: now >= plan.detected + maxWait, now: now, &actions)
                askBeside(number, place, now: now, &actions)
            }
            settle(number, now: now, &actions)
            advance(number, now: now, &actions)
            endOrphan(number, now: now, &actions)
        }
        if !isEnded { moveBack(now: now, &actions) }
    }

    // MARK: - Legs

    /// Returns the time when `watch` has something to do for the leg at `index`. The leg is read where it is: a copy of it costs more than the answer.
    private func nextWatch(ofLegAt index: Int, now: Instant) -> Instant? {
        if pool.legs[index].isFailed { return pool.legs[index].failedAt.map { $0 + configuration.repairTime } }
        guard let engine = pool.engine(pool.legs[index].engine), engine.isWatched else { return nil }
        switch pool.legs[index].state {
        case .connecting: return pool.legs[index].askedAt.map { $0 + connectTime(ofLegAt: index) }
        case .open, .draining:
            var next = isDone(pool.legs[index]) ? nil : lastWait(for: pool.legs[index])
            next = next ?? nextStall(ofLegAt: index, engine, now: now)
            if let rotation = engine.rotation, let opened = pool.legs[index].openedAt, pool.legs[index].isOpen, !pool.legs[index].isEnding,
                !pool.changes.waits(pool.legs[index].id), pool.choice.rejection == nil
            {
                let time = opened + rotation.soonest
                next = min(next ?? time, time)
            }
            return next
        case .failed: return nil
        }
    }

    /// Returns the time when a leg that owes an answer, or whose words are not final, is called stalled; nil: it owes nothing.
    private func nextStall(ofLegAt index: Int, _ engine: SessionEngine, now: Instant) -> Instant? {
        let answers = pool.legs[index].answers
        guard configuration.measuresLoudness, answers.areAwaited else { return nil }
        let mustAnswer = pool.legs[index].isDraining || pool.legs[index].hasFinalizes && pool.legs[index].mustAnswer
        return answers.nextStall(
            after: stalls.limit(of: engine), check: Self.listening, sentThrough: mustAnswer ? nil : pool.legs[index].sentThrough, now: now)
    }

    /// Returns the time when a leg's last words are waited for no longer; nil: it hears audio, or others may be asked for the words.
    private func lastWait(for leg: Leg) -> Instant? {
        guard let time = configuration.endTime, let told = leg.drainingSince, isEnd(of: leg) else { return nil }
        // An engine that is known to be slow has more time at the end too.
        return max(told, leg.answers.last ?? told) + max(time, pool.engine(leg.engine).map { stalls.limit(of: $0) } ?? .zero)
    }

    /// Returns true if the client sends no more audio, and nobody else can be asked for the words of a leg that has heard all of it.
    func isEnd(of leg: Leg) -> Bool {
        clientIsDone && leg.isDraining && !hasEnsemble && configuration.repairers.isEmpty
            && !pool.choice.hasOther(than: leg.engine, for: leg.id) { _ in true }
    }

    private func connectTime(ofLegAt index: Int) -> Duration {
        let hasOther = pool.choice.hasOther(than: pool.legs[index].engine, for: pool.legs[index].id) { engine in
            !hasEnsemble || !pool.isBusy(engine, besidesLegAt: index)
        }
        return hasOther ? min(configuration.hastyConnectTime, configuration.connectTime) : configuration.connectTime
    }

    private mutating func watch(_ id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let index = pool.index(of: id) else { return }
        let leg = pool.legs[index]
        guard let time = nextWatch(ofLegAt: index, now: now), time <= now else {
            if pool.changes.waits(id) { rotate(id, now: now, &actions) }
            return
        }
        switch leg.state {
        case .failed:
            for number in leg.channels {
                guard let place = channelStates[number].place(of: id) else { continue }
                channelStates[number].remove(id, at: place)
            }
            dismiss(id, &actions)
        case .connecting:
            let waited = connectTime(ofLegAt: index)
            fail(leg, .connectTimedOut, .timedOut("\(leg.engine) did not open a stream within \(waited)."), now: now, &actions)
        case .open, .draining:
            guard let engine = pool.engine(leg.engine) else { return }
            if !isDone(leg), let end = lastWait(for: leg) {
                guard end <= now else { return }
                let error = EngineError.timedOut(
                    "\(leg.engine) was told that no more audio comes, and did not end its stream; its last words may be missing.")
                return fail(leg, .givenUp(.stalled), error, now: now, &actions)
            }
            let limit = stalls.limit(of: engine)
            if let owes = leg.answers.owesSince, owes + limit <= now, leg.lacks(for: limit) == .zero {
                if leg.isDraining && isDone(leg) && !leg.isShadow {
                    // The leg has said everything and does not close.
                    actions.append(.command(id, .cancel))
                    return closed(id, nil, now: now, &actions)
                }
                let unanswered = leg.channels.map { channelStates[$0].speech.loudness(in: leg.unanswered) }.max() ?? .zero
                // Short loud audio, such as a cough, is not waited for.
                if unanswered < SampleCount(.milliseconds(400), at: configuration.rate), !leg.isDraining {
                    pool.change(id) { $0.forgive() }
                } else if !isListening(leg, now: now, &actions) {
                    return stalled(leg, from: leg.heardThrough, for: limit, now: now, &actions)
                }
            }
            if leg.answers.hasOpenWords, let last = leg.answers.last, last + limit * 3 <= now, leg.lacks(for: limit * 3) == .zero {
                let covered = leg.channels.compactMap { channelStates[$0].place(of: id).map(channelStates[$0].covered) }.min()
                return stalled(leg, from: covered ?? leg.heardThrough, for: limit * 3, now: now, &actions)
            }
            rotate(id, now: now, &actions)
        }
    }

    /// Returns true while the driver finds out if somebody speaks in the audio that a leg has not answered. Loud audio may be noise. The first call
    /// asks the driver.
    private mutating func isListening(_ leg: Leg, now: Instant, _ actions: inout [SessionAction]) -> Bool {
        guard configuration.tellsVoices, !leg.mustAnswer else { return false }
        if let since = leg.answers.suspectedSince { return now < since + Self.listening }
        let most = SampleCount(Self.maxListening, at: configuration.rate)
        var range = leg.unanswered
        // In audio that is settled long since, others have found what there was.
        range.start = max(range.start, seamFrom)
        guard range.start < range.end else { return false }
        pool.change(leg.id) { $0.suspected(now: now) }
        actions.append(.listen(leg.id, leg.channels, SampleRange(range.start, min(range.end, range.start + most))))
        return true
    }

    /// Maximum time for the driver's answer to `listen`. No answer by then means that the driver cannot tell.
    private static var listening: Duration { .milliseconds(500) }

    /// Maximum audio that the driver listens to at a time. The rest of a longer range comes next.
    private static var maxListening: Duration { .seconds(30) }

    /// Takes the driver's finding on speech in the audio that a leg has not answered.
    ///
    /// - Parameters:
    ///   - end: the end of the audio that was listened to.
    ///   - hasSpeech: true if somebody speaks; nil: the driver cannot tell.
    package mutating func listened(to id: LegID, through end: SampleIndex, hasSpeech: Bool?, now: Instant) -> [SessionAction] {
        // The leg may have answered or been given up meanwhile.
        guard !isEnded, let leg = pool[id], leg.isOpen, leg.answers.suspectedSince != nil, let engine = pool.engine(leg.engine) else { return [] }
        var actions: [SessionAction] = []
        if hasSpeech == false {
            pool.change(id) { $0.forgive(noiseThrough: end) }
        } else {
            stalled(leg, from: leg.heardThrough, for: stalls.limit(of: engine), now: now, &actions)
        }
        return isEnded ? actions : actions + pump(now: now)
    }

    /// Gives up a leg that has stopped answering.
    ///
    /// - Parameter start: the start of the audio that the leg has not answered.
    private mutating func stalled(_ leg: Leg, from start: SampleIndex, for limit: Duration, now: Instant, _ actions: inout [SessionAction]) {
        let error = EngineError.timedOut("\(leg.engine) was sent speech and said nothing for \(limit).")
        if leg.isShadow {
            // A shadow's leg is not reported.
        } else if let told = leg.drainingSince, told + limit <= now {
            // A healthy engine would have ended its stream, whatever it heard.
            reportFault(leg.engine, error, &actions)
        } else {
            let range = SampleRange(min(start, leg.sentThrough), leg.sentThrough)
            suspect(SuspectedStall(leg: leg.id, engine: leg.engine, channels: leg.channels, range: range, error: error), &actions)
        }
        fail(leg, .givenUp(.stalled), error, now: now, &actions)
    }

    // MARK: - Turns

    /// Ends a turn whose engine failed, after a silence.
    private mutating func endOrphan(_ number: Int, now: Instant, _ actions: inout [SessionAction]) {
        let channelState = channelStates[number]
        guard channelState.isOrphaned, configuration.measuresLoudness, let end = channelState.stitcher.lastWordEnd else { return }
        // A pending repair may go on with the turn.
        guard let front = channelState.spans.first, front.end == nil else { return }
        let pause = SampleCount(configuration.turnSilence, at: configuration.rate)
        guard timeline.end >= max(end, channelState.speech.end) + pause else { return }
        // A word that was heard and is not final yet belongs to the turn.
        let isHeard = front.sources.contains { pool[$0]?.answers.hasOpenWords == true }
        if !isHeard { perform([channelStates[number].endTurn()], in: number, now: now, &actions) }
    }

    // MARK: - Planned changes

    private func rotation(of leg: Leg) -> PlannedChanges.Window? {
        if let window = pool.changes.renewal(of: leg.id) { return window }
        guard let opened = leg.openedAt, let rotation = pool.engine(leg.engine)?.rotation else { return nil }
        return .init(soonest: opened + rotation.soonest, latest: opened + rotation.latest)
    }

    private mutating func rotate(_ id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard case .running = state, pool.choice.rejection == nil, let leg = pool[id], leg.isOpen, !leg.isEnding, let window = rotation(of: leg)
        else {
            pool.changes.forget(id)
            return
        }
        guard window.soonest <= now else { return }
        pool.changes.wait(id)
        guard window.latest <= now || isSilent(leg.channels) else { return }
        pool.changes.forget(id)
        var number = pool.choice.number(of: leg.engine)
        if leg.isShadow { return openShadow(now: now, &actions) }
        if hasEnsemble {
            let free = pool.choice.isAvailable(number) ? number : pool.choice.free(besides: pool.busy(besides: leg))
            if leg.channels.allSatisfy({ isAccompanied(id, in: $0) ?? false }) {
                return changeParticipant(leg, to: free, now: now, &actions)
            }
            number = free ?? pool.choice.best
        } else if pool.choice.isAvoided(number) {
            number = pool.choice.best
        }
        handOver(leg, to: number, overlap: !isSilent(leg.channels), now: now, &actions)
    }

    /// Returns true if nobody has spoken for a moment in these channels, as far as is known.
    private func isSilent(_ channels: Range<Int>) -> Bool {
        let pause = SampleCount(.milliseconds(300), at: configuration.rate)
        return configuration.measuresLoudness && channels.allSatisfy { timeline.end >= channelStates[$0].speech.end + pause }
    }

    /// True if a better engine than the running one is available.
    var wantsBetter: Bool {
        guard case .running = state else { return false }
        return pool.choice.hasBetter
    }

    /// Goes back to the engine that the session prefers, between turns.
    private mutating func moveBack(now: Instant, _ actions: inout [SessionAction]) {
        guard wantsBetter, isSilent(channelStates.indices) || !configuration.measuresLoudness else { return }
        // The effect of a reported fault comes back as `availability`, with a delay.
        if stalls.hasFault(within: SampleCount(.seconds(1), at: configuration.rate), before: timeline.end) { return }
        let better = pool.choice.best
        let running = pool.legs.filter { !$0.isFailed && !$0.isShadow }
        guard running.allSatisfy({ $0.isOpen && !$0.isEnding }) else { return }
        if running.contains(where: { isLate($0) }) {
            // The running engine's turns lie far back. It finishes its audio, while the better engine hears the present audio.
            guard channelStates.allSatisfy({ $0.spans.count <= 2 && $0.spans.last?.end == nil }) else { return }
        } else {
            guard channelStates.allSatisfy({ !$0.hasOpenTurn && $0.spans.count == 1 }) else { return }
            guard running.allSatisfy({ !$0.answers.hasOpenWords && $0.sentThrough == timeline.end }) else { return }
        }
        pool.choice.prefer(better)
        for leg in running { handOver(leg, to: better, overlap: false, now: now, &actions) }
    }

    /// Returns true if an engine of this process cannot keep up with the speech, because the machine is overloaded.
    private func isLate(_ leg: Leg) -> Bool {
        guard pool.engine(leg.engine)?.isWatched == false else { return false }
        let margin = SampleCount(.seconds(5), at: configuration.rate)
        return timeline.end > leg.heardThrough + margin && isLoud(SampleRange(leg.heardThrough, timeline.end - margin), in: leg.channels)
    }

    /// Replaces a healthy leg by another.
    ///
    /// - Parameter overlap: true if both legs hear the present audio, so that no word is cut.
    private mutating func handOver(_ leg: Leg, to number: Int, overlap: Bool, now: Instant, _ actions: inout [SessionAction]) {
        let end = overlap ? timeline.end + reach : timeline.end
        guard pool.change(leg.id, { $0.enqueue(.finish, at: end) }) != nil else { return }
        if overlap { pool.changes.overlap(leg.id, until: now + maxWait) }
        for number in leg.channels {
            guard let place = channelStates[number].place(of: leg.id) else { continue }
            channelStates[number].part(place, at: end, without: leg.id, pool)
        }
        // Within speech, the new leg also hears a little of the audio before, in case the client stops sending now.
        let origin = overlap ? splice(before: timeline.end, after: leg.origin, leg.channels).origin : timeline.end
        addLegs(to: leg.channels, engine: number, from: origin, now: now, &actions)
    }

    /// Ends the overlap of a leg with its successor, because the client pauses and the audio does not come.
    private mutating func endOverlap(of id: LegID) {
        guard let leg = pool[id], !leg.isDraining, !leg.isFailed else { return }
        pool.change(id) { $0.hurry(to: timeline.end) }
        for number in leg.channels { channelStates[number].shorten(to: timeline.end) }
    }
}
