package import Speech

extension SessionMachine {
    /// Sets whether new legs may be opened at this engine. Sessions share the health of an engine. A leg that the engine already has stays. A session
    /// goes back to an engine that it prefers at the end of a turn. At the start all engines are available.
    package mutating func availability(_ engine: EngineName, isAvailable: Bool, now: Instant) -> [SessionAction] {
        guard !isEnded, let number = configuration.engines.firstIndex(where: { $0.name == engine }) else { return [] }
        pool.choice.setAvailable(number, isAvailable)
        var actions: [SessionAction] = []
        if isAvailable { refill(now: now, &actions) }
        return actions + pump(now: now)
    }

    // MARK: - A leg's end

    /// Handles the end of an engine's stream.
    mutating func closed(_ id: LegID, _ error: EngineError?, now: Instant, _ actions: inout [SessionAction]) {
        if error == nil { sayEnd(of: id, now: now, &actions) }
        guard !isEnded, let leg = pool[id] else { return }
        actions.append(.discard(leg.id))
        if let error { pool.choice.note(error, of: leg.engine) }
        if leg.isFailed {
            pool.remove(id)
            forget(leg, now: now, &actions)
        } else if let error, !isDone(leg) || error == .cancelled {
            ran(leg, isIdle(leg, error) ? .completed : .failed(error), now: now, &actions)
            replace(leg, error, now: now, &actions)
        } else if !isDone(leg) {
            let error = EngineError.unavailable("The engine closed the stream before the end of the audio.")
            ran(leg, isIdle(leg, error) ? .completed : .failed(error), now: now, &actions)
            replace(leg, error, now: now, &actions)
        } else {
            ran(leg, .completed, now: now, &actions)
            pool.choice.endOutage(of: leg.id)
            pool.remove(id)
            if hasEnsemble { return finished(leg, now: now, &actions) }
            for number in leg.channels {
                guard let place = channelStates[number].place(of: leg.id) else { continue }
                // The engine owes answers that it will not give.
                channelStates[number].leaveAnswers(of: leg, at: place)
                guard isFinishing, channelStates[number].spans[place].end == nil else { continue }
                // If the client did not ask for an end, nobody hears the audio behind it.
                channelStates[number].spans[place].end = max(leg.sentThrough, channelStates[number].spans[place].start)
                // Other legs that heard the same audio are not needed any more.
                for other in channelStates[number].spans[place].sources where other != leg.id { giveUp(other, now: now, &actions) }
            }
            forget(leg, now: now, &actions)
        }
    }

    /// Covers all audio of a leg whose engine closes in order and has made everything final. The session has shortened its last final where the audio
    /// behind the last word is loud, in case the engine had more to say.
    private mutating func sayEnd(of id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool[id], leg.hasSaidAll, !leg.isShadow, !isDone(leg) else { return }
        for number in leg.channels where !isEnded {
            let end = Hypothesis(channel: ChannelIndex(number), range: SampleRange(leg.sentThrough, leg.sentThrough), words: [])
            offer(.final(end, reason: .endOfAudio), in: number, from: id, now: now, &actions)
        }
    }

    /// Returns true if the engine closed because no audio came: the engine is not at fault, and nothing is lost.
    func isIdle(_ leg: Leg, _ error: EngineError) -> Bool { leg.isOpen && leg.sentThrough == leg.origin && error.isPassing }

    /// Removes a leg as a source of all spans.
    private mutating func forget(_ leg: Leg, now: Instant, _ actions: inout [SessionAction]) {
        for number in leg.channels {
            channelStates[number].forget(leg.id)
            guard let place = channelStates[number].place(of: leg.id) else { continue }
            channelStates[number].remove(leg.id, at: place)
            advance(number, now: now, &actions)
            if isEnded { return }
        }
        checkEnd(&actions, now: now)
    }

    /// Cancels and removes a leg whose words are not needed.
    mutating func giveUp(_ id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool.remove(id) else { return }
        for number in leg.channels {
            channelStates[number].forget(id)
            channelStates[number].remove(id)
        }
        pool.cancelOpening(of: id)
        actions += [.command(id, .cancel), .discard(id)]
        if !leg.isFailed { ran(leg, .cancelled, now: now, &actions) }
    }

    /// Returns true if the leg was told that no more audio comes, and has made final all the audio that it was sent. Errors of the leg then have no
    /// effect.
    func isDone(_ leg: Leg) -> Bool {
        leg.isDraining
            && leg.channels.allSatisfy { number in
                let covered = channelStates[number].place(of: leg.id).map(channelStates[number].covered) ?? .zero
                if covered >= leg.sentThrough || leg.hasEnded(number) { return true }
                return configuration.measuresLoudness && !channelStates[number].speech.isLoud(in: SampleRange(covered, leg.sentThrough))
            }
    }

    // MARK: - Its successor

    /// Gives up a leg that did not open or does not answer. The leg is sent nothing more. Its words still count while they are wanted.
    mutating func fail(_ leg: Leg, _ outcome: AttemptRecord.Outcome, _ error: EngineError, now: Instant, _ actions: inout [SessionAction]) {
        if leg.isShadow { return endShadow(leg.id, outcome, now: now, &actions) }
        ran(leg, outcome, now: now, &actions)
        if leg.state == .connecting { actions += [.command(leg.id, .cancel), .discard(leg.id)] }
        replace(leg, error, isListening: leg.state != .connecting, now: now, &actions)
    }

    /// Hands the audio that the leg did not make final to another leg or to repairs.
    mutating func replace(
        _ dead: Leg, _ error: EngineError, isListening: Bool = false, now: Instant, _ actions: inout [SessionAction]
    ) {
        if hasEnsemble { return replaceParticipant(dead, error, isListening: isListening, now: now, &actions) }
        pool.retire(dead.id, isListening: isListening, now: now)
        // The spans that the leg leaves; `isAlone` is false if another leg hears the same audio.
        var places: [(number: Int, place: Int)] = []
        var isAlone = true
        for number in dead.channels {
            guard let place = channelStates[number].place(of: dead.id) else { continue }
            if !isListening { channelStates[number].remove(dead.id, at: place) }
            if channelStates[number].spans[place].sources.contains(where: { !pool.isFailed($0) }) { isAlone = false }
            places.append((number, place))
        }
        guard let first = places.first else { return checkEnd(&actions, now: now) }
        let isLast = channelStates[first.number].spans[first.place].end == nil
        if !isLast { for (number, _) in places { channelStates[number].shorten(to: timeline.end) } }
        if !isLast, !configuration.repairers.isEmpty {
            leaveAnswers(of: dead, to: places)
            if isAlone { for (number, place) in places { lose(number, place, by: dead.engine, error, now: now, &actions) } }
            return settle(places, now: now, &actions)
        }
        let isIdle = isIdle(dead, error) && !isListening
        var (step, outage) = pool.choice.next(after: error, of: dead, isIdle: isIdle, now: now)
        // An engine that hears well and does not come to an end would not do so the next time.
        if configuration.endTime != nil, case .timedOut = error, isEnd(of: dead) { step = .giveUp }
        let leaving = Leaving(leg: dead, error: error, isListening: isListening, isIdle: isIdle, outage: outage, step: step)
        succeed(leaving, dead.channels, places, isAlone: isAlone, now: now, &actions)
    }

    /// A leg that is gone, and the step that follows.
    struct Leaving {
        var leg: Leg
        var error: EngineError
        /// True if the words that the leg still says count.
        var isListening: Bool
        /// True if the engine closed because no audio came.
        var isIdle: Bool
        var outage: FailoverPolicy.Outage
        var step: FailoverPolicy.Step
    }

    /// Opens new legs for the audio of `channels` that a leg left.
    mutating func succeed(
        _ leaving: Leaving, _ channels: Range<Int>, _ places: [(number: Int, place: Int)], isAlone: Bool = true, now: Instant,
        _ actions: inout [SessionAction]
    ) {
        let dead = leaving.leg
        guard case .open(let next, let delay) = leaving.step else {
            if !isAlone { return }
            return giveUp(dead.engine, leaving.error, places, now: now, &actions)
        }
        pool.choice.prefer(next)
        let covered = places.map { channelStates[$0.number].covered($0.place) }.min() ?? dead.origin
        let engine = configuration.engines[next]
        // The audio that the dead leg did not make final is repaired if it is long and the new engine's pace is limited. Otherwise the new leg hears
        // it.
        let isRepaired = isAlone && engine.limits.pace != nil && !configuration.repairers.isEmpty && dead.sentThrough - covered > slack
        guard isRepaired else {
            let origin = isAlone ? lookBack(from: min(covered, timeline.end), channels) : max(covered, timeline.end)
            for leg in pool.newLegs(of: channels, engine: next, from: origin) {
                begin(leg, after: dead, leaving.outage, delay, isDormant: leaving.isIdle, now: now, &actions) { channelState in
                    places.first { channelState.channel.number == $0.number }?.place
                }
            }
            return
        }
        let (splice, origin) = splice(before: dead.sentThrough, after: covered, channels)
        let isOver = isFinishing && dead.sentThrough >= timeline.end
        if isOver { leaveAnswers(of: dead, to: places) }
        for (number, place) in places {
            if isOver {
                channelStates[number].spans[place].end = timeline.end
            } else {
                channelStates[number].part(place, at: splice, without: dead.id, pool)
            }
            lose(number, place, by: dead.engine, leaving.error, now: now, &actions)
        }
        if !isOver {
            for leg in pool.newLegs(of: channels, engine: next, from: origin) {
                begin(leg, after: dead, leaving.outage, delay, isDormant: false, now: now, &actions) { $0.spans.count - 1 }
            }
        }
        settle(places, now: now, &actions)
    }

    /// Puts a leg in the place of one that is gone.
    ///
    /// - Parameter place: returns the number of the span that the leg hears in a channel.
    private mutating func begin(
        _ leg: Leg, after dead: Leg, _ outage: FailoverPolicy.Outage, _ delay: Duration, isDormant: Bool, now: Instant,
        _ actions: inout [SessionAction], place: (ChannelState) -> Int?
    ) {
        var leg = leg
        leg.inherit(from: dead)
        pool.choice.setOutage(outage, of: leg.id)
        pool.add(leg)
        for number in leg.channels { if let place = place(channelStates[number]) { channelStates[number].join(leg, at: place) } }
        pool.open(leg.id, after: delay, isDormant: isDormant, now: now, &actions)
    }

    /// Opens a leg at another engine than planned.
    mutating func reassign(_ leg: Leg, to engine: Int, now: Instant, _ actions: inout [SessionAction]) {
        pool.remove(leg.id)
        pool.choice.prefer(engine)
        let outage = pool.choice.endOutage(of: leg.id) ?? FailoverPolicy.Outage()
        for new in pool.newLegs(of: leg.channels, engine: engine, from: leg.origin) {
            begin(new, after: leg, outage, .zero, isDormant: false, now: now, &actions) { $0.place(of: leg.id) }
        }
        for number in leg.channels {
            if let place = channelStates[number].place(of: leg.id) { channelStates[number].remove(leg.id, at: place) }
            channelStates[number].ensemble.leave(leg.id)
        }
    }

    /// Ends the session after its repairs, because no engine is left.
    private mutating func giveUp(
        _ engine: EngineName, _ error: EngineError, _ places: [(number: Int, place: Int)], now: Instant, _ actions: inout [SessionAction]
    ) {
        guard !configuration.repairers.isEmpty, error != .cancelled else {
            actions += end(error, now: now)
            return
        }
        if failure == nil { failure = error }
        if !isFinishing { finish() }
        for (number, place) in places {
            channelStates[number].spans[place].end = timeline.end
            lose(number, place, by: engine, error, now: now, &actions)
        }
        settle(places, now: now, &actions)
    }

    mutating func leaveAnswers(of dead: Leg, to places: [(number: Int, place: Int)]) {
        for (number, place) in places { channelStates[number].leaveAnswers(of: dead, at: place) }
    }

    mutating func settle(_ places: [(number: Int, place: Int)], now: Instant, _ actions: inout [SessionAction]) {
        for (number, _) in places where !isEnded { advance(number, now: now, &actions) }
    }

    /// Returns the place where a leg begins that is sent audio again: in the silence before `index`, so that its first word is whole.
    func lookBack(from index: SampleIndex, _ channels: Range<Int>) -> SampleIndex {
        guard configuration.measuresLoudness else { return index }
        let silences = channels.map { channelStates[$0].speech.silence(before: index, reach: reach, received: timeline.end) }
        let start = silences.map { $0 ?? index - reach }.min() ?? index
        let place = silences.contains(nil) ? onGrid(start) : onGrid(start, silentIn: channels)
        return readable(SampleRange(place, index), around: SampleRange(index, index)).start
    }

    /// Returns the place where a paced leg takes over from a leg that was sent audio through `end`. The place is in the last silence, if the audio
    /// since then may be sent all at once. Otherwise the place is `end`, and the leg hears a little of the audio before, so that no word is cut on
    /// both sides.
    func splice(
        before end: SampleIndex, after covered: SampleIndex, _ channels: Range<Int>
    ) -> (splice: SampleIndex, origin: SampleIndex) {
        guard configuration.measuresLoudness else { return (end, end) }
        let silences = channels.map { channelStates[$0].speech.silence(before: end, reach: slack, received: timeline.end) }
        if silences.allSatisfy({ $0 != nil }), let first = silences.compactMap({ $0 }).min() { return (max(covered, first), max(covered, first)) }
        return (end, max(covered, end - SampleCount(slack.samples * 4 / 5)))
    }

    /// Lets a paced leg that was slow to open begin with the present audio, so that it does not run behind its client for ever. The audio that came
    /// meanwhile is repaired.
    mutating func beginLater(_ leg: Leg, now: Instant, _ actions: inout [SessionAction]) {
        guard leg.isPaced, !configuration.repairers.isEmpty, let asked = leg.askedAt, leg.sentThrough == leg.origin else { return }
        let waiting = timeline.end - leg.origin
        // A client that sends faster than speech is spoken is held back in any case.
        let since = min(asked, pool.choice.outageBegan(before: leg.id) ?? asked)
        let elapsed = SampleCount(since.duration(to: now), at: configuration.rate)
        guard waiting > slack + slack, waiting.samples < elapsed.samples + elapsed.samples / 2 + slack.samples else { return }
        let places = leg.channels.compactMap { number in channelStates[number].place(of: leg.id).map { (number: number, place: $0) } }
        if hasEnsemble, beginBeside(leg, places) { return }
        // Other legs that have heard nothing either begin at the same place.
        let others = pool.legs.filter { other in
            other.id != leg.id && places.contains { channelStates[$0.number].spans[$0.place].sources.contains(other.id) }
        }
        guard places.allSatisfy({ $0.place == channelStates[$0.number].spans.count - 1 }),
            others.allSatisfy({ $0.state == .connecting && $0.sentThrough == leg.origin && $0.channels == leg.channels })
        else { return }
        let (splice, origin) = splice(before: timeline.end, after: leg.origin, leg.channels)
        for other in others + [leg] {
            pool.change(other.id) { $0.begin(at: origin) }
            for number in leg.channels { channelStates[number].ensemble.move(other.id, to: origin) }
        }
        let cause = EngineError.timedOut("\(leg.engine) was slow to open.")
        for (number, place) in places {
            channelStates[number].spans[place].end = splice
            let all = channelStates[number].spans[place].sources
            channelStates[number].spans[place].sources = []
            channelStates[number].spans.append(TimelineSpan(start: splice, sources: all))
            lose(number, place, by: leg.engine, cause, now: now, &actions)
        }
        settle(places, now: now, &actions)
    }

    // MARK: - Records

    mutating func ran(_ leg: Leg, _ outcome: AttemptRecord.Outcome, now: Instant, _ actions: inout [SessionAction]) {
        guard let asked = leg.askedAt else { return }
        actions.append(
            .ran(
                AttemptRecord(
                    engine: leg.engine, kind: AttemptRecord.Kind(leg), channels: leg.channels,
                    range: SampleRange(leg.origin, leg.sentThrough), outcome: outcome, accepted: leg.openedAt.map { asked.duration(to: $0) },
                    firstAnswer: leg.firstAnswer, slowest: leg.slowest, duration: asked.duration(to: now))))
    }
}
