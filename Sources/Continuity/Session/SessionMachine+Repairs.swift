package import Speech

extension SessionMachine {
    /// Takes the outcome of a repair. Repairs that `cancelRepair` named or that were never requested are ignored.
    package mutating func repaired(_ id: RepairID, _ outcome: RepairOutcome, now: Instant) -> [SessionAction] {
        guard !isEnded else { return [] }
        var actions: [SessionAction] = []
        if let repair = deferred.take(id) {
            tooLate(repair, outcome, now: now, &actions)
            return actions
        }
        for number in channelStates.indices {
            for place in channelStates[number].spans.indices {
                guard let plan = channelStates[number].spans[place].plan,
                    let asked = [plan.asked, plan.beside].compactMap(\.self).first(where: { $0.id == id })
                else { continue }
                answered(plan, asked, outcome, in: number, at: place, now: now, &actions)
                if !isEnded { advance(number, now: now, &actions) }
                return isEnded ? actions : actions + pump(now: now)
            }
        }
        return []
    }

    /// Handles the rest of a span that no leg hears any more: the rest is repaired, or was silent, or becomes a gap.
    ///
    /// - Parameters:
    ///   - isAhead: true if an engine could still be sent the audio at its pace.
    ///   - time: the time for the repair; nil: as configured.
    mutating func lose(
        _ number: Int, _ place: Int, by engine: EngineName, _ cause: EngineError, isAhead: Bool = false, within time: Duration? = nil, now: Instant,
        _ actions: inout [SessionAction]
    ) {
        let span = channelStates[number].spans[place]
        guard let end = span.end else { return }
        if channelStates[number].hasOpenTurn { channelStates[number].isOrphaned = true }
        guard let rest = missing(of: SampleRange(.zero, end), number, place) else {
            channelStates[number].spans[place].need = .silence
            return
        }
        guard !configuration.repairers.isEmpty else {
            channelStates[number].spans[place].need = .lost(cause, at: now + configuration.repairTime, later: nil)
            return
        }
        let afterStall = span.sources.contains(where: pool.isFailed)
        let plan = RepairPlan(
            rest: rest, cause: cause, afterStall: afterStall, isAhead: isAhead, detected: now, deadline: now + (time ?? configuration.repairTime),
            repairers: configuration.repairers.filter { $0 != engine } + configuration.repairers.filter { $0 == engine })
        channelStates[number].spans[place].need = .repair(plan)
        ask(number, place, now: now, &actions)
    }

    /// Returns the end of `range` that is not settled in the span; nil when nothing is left, or nobody speaks in what is left.
    private func missing(of range: SampleRange, _ number: Int, _ place: Int) -> SampleRange? {
        let rest = SampleRange(min(max(range.start, channelStates[number].settled(place)), range.end), range.end)
        if rest.isEmpty || configuration.measuresLoudness && !channelStates[number].speech.isLoud(in: rest) { return nil }
        return rest
    }

    /// Requests the repair from the next engine, if the audio has come.
    ///
    /// - Parameter mustGo: true if the audio behind the range is not waited for any longer.
    mutating func ask(_ number: Int, _ place: Int, mustGo: Bool = false, now: Instant, _ actions: inout [SessionAction]) {
        guard case .repair(var plan) = channelStates[number].spans[place].need, plan.asked == nil, plan.again ?? now <= now,
            let engine = plan.engines.first
        else { return }
        // The leg that was given up may have said a part meanwhile.
        guard let rest = missing(of: plan.rest, number, place) else {
            channelStates[number].spans[place].need = .silence
            return
        }
        plan.rest = rest
        let speech = channelStates[number].speech
        let silence = configuration.measuresLoudness ? speech.silence(after: rest.end, received: timeline.end) : nil
        let endsInSilence: Bool
        var end: SampleIndex
        if let silence, silence <= rest.end + reach {
            // The repair's audio has some of the silence, for a soft last sound.
            end = min(silence + SampleCount(reach.samples / 8), timeline.end)
            // The repair's audio has nothing of the next word, because a part of a word is heard as another word.
            if let next = speech.hull(in: SampleRange(silence, end)) { end = max(silence, next.start) }
            endsInSilence = true
        } else if timeline.end >= rest.end + reach || isFinishing || mustGo {
            end = min(rest.end + reach, timeline.end)
            endsInSilence = isFinishing && end == timeline.end
        } else {
            repairWaits = true
            return
        }
        end = max(end, rest.end)
        var start = rest.start - reach
        if configuration.measuresLoudness {
            start = speech.silence(before: rest.start, reach: reach, received: timeline.end) ?? onGrid(start)
            // The repair's audio has only the end of a long silence before the words.
            if let hull = speech.hull(in: SampleRange(rest.start, end)), hull.start > rest.start { start = max(start, hull.start) }
            let margin = onGrid(start - SampleCount(reach.samples / 16))
            // The repair's audio has nothing of the word before.
            start = speech.hull(in: SampleRange(margin, start))?.end ?? margin
        }
        let range = readable(SampleRange(max(.zero, start), end), around: rest)
        let asked = RepairPlan.Asked(id: RepairID(nextRepair), engine: engine, range: range, endsInSilence: endsInSilence, at: now)
        nextRepair += 1
        plan.asked = asked
        plan.again = nil
        plan.engines.removeFirst()
        channelStates[number].spans[place].need = .repair(plan)
        actions.append(
            .repair(Repair(id: asked.id, engine: engine, channel: channelStates[number].channel, range: range, deadline: plan.deadline)))
    }

    /// Returns the last place at or before `index` on a grid of 160 ms. Engines cut audio into frames of 10, 20 or 32 ms, and hear repeated audio
    /// alike if it begins on such a place.
    func onGrid(_ index: SampleIndex) -> SampleIndex {
        let step = max(1, Int64(configuration.rate.hertz) * 4 / 25)
        return SampleIndex(max(0, index.samples) / step * step)
    }

    /// Returns the place on the grid if nobody speaks between it and `index`; otherwise `index`, because a word that is heard in half is another
    /// word.
    func onGrid(_ index: SampleIndex, silentIn channels: Range<Int>) -> SampleIndex {
        let place = onGrid(index)
        return channels.contains { channelStates[$0].speech.isLoud(in: SampleRange(place, index)) } ? max(.zero, index) : place
    }

    /// Returns the time when another engine is asked as well: half of the time for a repair is over, and the engine that works on the repair has had
    /// a quarter of that time. Nil if no other engine is asked.
    func besideTime(of plan: RepairPlan) -> Instant? {
        guard let asked = plan.asked, plan.beside == nil, !plan.isAhead, !plan.engines.isEmpty else { return nil }
        let time = max(asked.at + configuration.repairTime / 4, plan.detected + configuration.repairTime / 2)
        return time < plan.deadline ? time : nil
    }

    /// Requests the repair from a second engine as well, if that is due: a busy machine is late with its own engine, and a vendor is not.
    mutating func askBeside(_ number: Int, _ place: Int, now: Instant, _ actions: inout [SessionAction]) {
        guard case .repair(var plan) = channelStates[number].spans[place].need, let time = besideTime(of: plan), time <= now, var asked = plan.asked,
            let engine = plan.engines.popFirst()
        else { return }
        asked.id = RepairID(nextRepair)
        asked.engine = engine
        asked.at = now
        nextRepair += 1
        plan.beside = asked
        channelStates[number].spans[place].need = .repair(plan)
        actions.append(
            .repair(Repair(id: asked.id, engine: engine, channel: channelStates[number].channel, range: asked.range, deadline: plan.deadline)))
    }

    /// Returns the time when a repair is given up: at its deadline, if the client waits for words behind it. Otherwise the time is later, because a
    /// late answer is better than none.
    func end(of plan: RepairPlan, in number: Int) -> Instant {
        let isAwaited = channelStates[number].spans.dropFirst().contains(where: \.isAwaited)
        return isAwaited ? plan.deadline : max(plan.deadline, plan.detected + configuration.repairTime * 5 / 2)
    }

    /// Delay before engines that cannot be reached are asked again.
    private static var pause: Duration { .seconds(1) }

    private mutating func answered(
        _ plan: RepairPlan, _ asked: RepairPlan.Asked, _ outcome: RepairOutcome, in number: Int, at place: Int, now: Instant,
        _ actions: inout [SessionAction]
    ) {
        let heard = outcome.heard(in: asked.range, channelStates[number].speech)
        let hasWords = heard?.words.isEmpty == false
        actions.append(.ran(asked.record(in: channelStates[number].channel, outcome.end, hasWords: hasWords, now: now)))
        if let heard {
            var done = plan
            done.asked = asked
            done.asked?.hasTimes = heard.hasTimes
            done.beside = nil
            for other in [plan.asked, plan.beside] where other?.id != asked.id { cancel(other, in: number, now: now, &actions) }
            channelStates[number].spans[place].need = .repaired(heard.words, done)
            return
        }
        var next = plan
        next.asked = [plan.asked, plan.beside].compactMap(\.self).first { $0.id != asked.id }
        next.beside = nil
        if next.asked != nil {
            channelStates[number].spans[place].need = .repair(next)
        } else if next.engines.isEmpty && plan.isAhead {
            sendAtPace(number, place, plan.cause, now: now, &actions)
        } else if next.engines.isEmpty, case .failed(let error) = outcome, error.isPassing, !isFinishing, !pool.legs.contains(where: \.isOpen) {
            // No engine can be reached now, so the audio that follows waits too.
            next.engines = plan.repairers[...]
            next.again = now + Self.pause
            next.deadline = now + configuration.repairTime
            channelStates[number].spans[place].need = .repair(next)
        } else if next.engines.isEmpty {
            // There was no capacity for the repair in time; there may be later.
            channelStates[number].spans[place].need = .lost(plan.cause, at: plan.deadline, later: outcome == .declined ? asked : nil)
        } else {
            channelStates[number].spans[place].need = .repair(next)
            ask(number, place, mustGo: true, now: now, &actions)
        }
    }

    // MARK: - Too late

    /// Reports a gap that no repair filled in time. Words that come later complete the stored transcript.
    mutating func missed(_ plan: RepairPlan, in number: Int, through end: SampleIndex, now: Instant, _ actions: inout [SessionAction]) {
        let before = channelStates[number].stitcher
        let gap = report(through: end, in: number, plan.cause, &actions)
        cancel(plan.beside, in: number, now: now, &actions)
        guard let gap, let asked = plan.asked else { return }
        deferred.add(
            DeferredRepair(
                channel: channelStates[number].channel, gap: gap, edge: before.gap?.end, before: before.tail,
                othersHaveTimes: channelStates[number].hasTimes,
                beforeThrough: channelStates[number].saidThrough, asked: asked, engines: plan.engines,
                speech: channelStates[number].speech.part(in: asked.range)))
    }

    /// Requests a repair again after its gap was reported.
    ///
    /// - Parameter edge: the end of the gap before this one; nil: there is none.
    mutating func askLate(
        _ asked: RepairPlan.Asked, for gap: SampleRange, behind edge: SampleIndex?, in channel: ChannelIndex, now: Instant,
        _ actions: inout [SessionAction]
    ) {
        guard !deferred.isFull else { return }
        var again = asked
        again.id = RepairID(nextRepair)
        again.at = now
        nextRepair += 1
        let channelState = channelStates[channel.number]
        deferred.add(
            DeferredRepair(
                channel: channel, gap: gap, edge: edge, before: channelState.stitcher.tail, othersHaveTimes: channelState.hasTimes,
                beforeThrough: channelState.saidThrough,
                asked: again, engines: [], speech: channelState.speech.part(in: again.range)))
        actions.append(.repair(Repair(id: again.id, engine: again.engine, channel: channel, range: again.range, deadline: nil)))
    }

    private mutating func tooLate(_ repair: DeferredRepair, _ outcome: RepairOutcome, now: Instant, _ actions: inout [SessionAction]) {
        let heard = outcome.heard(in: repair.asked.range, repair.speech)
        let hasWords = heard?.words.isEmpty == false
        actions.append(.ran(repair.asked.record(in: repair.channel, outcome.end, hasWords: hasWords, now: now)))
        if let heard {
            let committed = channelStates[repair.channel.number].stitcher.committedThrough
            if let repair = deferred.heard(heard.words, hasTimes: heard.hasTimes, for: repair, committedThrough: committed) {
                backfill(repair, &actions)
            }
            return
        }
        guard let next = repair.engines.first else { return }
        var again = repair
        again.asked.id = RepairID(nextRepair)
        again.asked.engine = next
        again.asked.at = now
        again.engines.removeFirst()
        nextRepair += 1
        deferred.add(again)
        actions.append(.repair(Repair(id: again.asked.id, engine: next, channel: repair.channel, range: again.asked.range, deadline: nil)))
    }

    /// Emits the words that were heard in a gap, now that the words around the gap are known.
    mutating func backfill(_ repair: DeferredRepair, _ actions: inout [SessionAction]) {
        guard var backfill = deferred.backfill(of: repair) else { return }
        let source = WordSource.repair(repair.asked.id)
        heardWords(backfill.words, by: source, in: backfill.channel.number, &actions)
        speakers.label(&backfill.words, of: source)
        actions.append(.report(.backfill(backfill)))
    }

    /// Cancels the requests of a repair that is not needed any more.
    mutating func cancel(_ plan: RepairPlan, in number: Int, now: Instant, _ actions: inout [SessionAction]) {
        for asked in [plan.asked, plan.beside] { cancel(asked, in: number, now: now, &actions) }
    }

    private func cancel(_ asked: RepairPlan.Asked?, in number: Int, now: Instant, _ actions: inout [SessionAction]) {
        guard let asked else { return }
        actions.append(.cancelRepair(asked.id))
        actions.append(.ran(asked.record(in: channelStates[number].channel, .cancelled, now: now)))
    }
}
