import Speech

/// The modes in which several legs hear the same audio and the words of each leg may count.
extension SessionMachine {
    var hasEnsemble: Bool { configuration.mode.voices > 1 }

    /// Returns true if other participants of a channel's ensemble also hear the leg's audio; nil if the leg is not a source of the channel.
    func isAccompanied(_ id: LegID, in number: Int) -> Bool? {
        channelStates[number].place(of: id).map { channelStates[number].isAccompanied(id, at: $0, by: pool) }
    }

    // MARK: - A participant's end

    /// Replaces a participant of the ensemble that has failed. The other participants go on.
    mutating func replaceParticipant(_ dead: Leg, _ error: EngineError, isListening: Bool, now: Instant, _ actions: inout [SessionAction]) {
        pool.retire(dead.id, isListening: isListening, now: now)
        var places: [(number: Int, place: Int)] = []
        for number in dead.channels {
            channelStates[number].ensemble.leave(dead.id)
            guard let place = channelStates[number].place(of: dead.id) else { continue }
            if !isListening { channelStates[number].remove(dead.id, at: place) }
            let wasOver = channelStates[number].spans[place].end != nil
            // The dead leg's words count, if no other participant will say them.
            if place == 0, !channelStates[number].isAccompanied(dead.id, at: 0, by: pool) { settle(number, mustGo: true, now: now, &actions) }
            // Settling may have removed the span.
            if wasOver || channelStates[number].spans[place].end == nil { places.append((number, place)) }
        }
        let alone = places.filter { !channelStates[$0.number].isAccompanied(dead.id, at: $0.place, by: pool) }
        let listens = isListening && !alone.isEmpty
        for (number, place) in places where !listens || !alone.contains(where: { $0.number == number }) {
            channelStates[number].remove(dead.id, at: place)
        }
        if isListening, !listens, pool.remove(dead.id) != nil {
            actions += [.command(dead.id, .cancel), .discard(dead.id)]
        }
        let isIdle = isIdle(dead, error) && !isListening
        let (step, outage) = pool.choice.next(after: error, of: dead, isIdle: isIdle, besides: pool.busy(besides: dead), now: now)
        let leaving = Leaving(leg: dead, error: error, isListening: listens, isIdle: isIdle, outage: outage, step: step)
        let areOver = Set(alone.map { channelStates[$0.number].spans[$0.place].end != nil })
        if alone.count == dead.channels.count, areOver.count == 1 {
            hand(leaving, to: dead.channels, alone, now: now, &actions)
        } else {
            for lost in alone where !isEnded { hand(leaving, to: lost.number..<lost.number + 1, [lost], now: now, &actions) }
            let others = places.filter { place in !alone.contains { $0.number == place.number } }
            for other in others where !isEnded { accompany(other, leaving, now: now, &actions) }
        }
        for number in dead.channels where !isEnded {
            settle(number, now: now, &actions)
            if !isEnded { advance(number, now: now, &actions) }
        }
        if !isEnded { checkEnd(&actions, now: now) }
    }

    /// Adds a leg in place of one whose audio other participants go on hearing. The new leg hears the audio from now on.
    private mutating func accompany(
        _ place: (number: Int, place: Int), _ leaving: Leaving, now: Instant, _ actions: inout [SessionAction]
    ) {
        let number = place.number
        guard case .running = state, place.place == channelStates[number].spans.count - 1, channelStates[number].spans[place.place].end == nil,
            case .open(let engine, let delay) = leaving.step
        else { return }
        let (start, origin) = joint(number..<number + 1)
        addLegs(
            to: number..<number + 1, engine: engine, from: origin, countingFrom: start, after: delay, isDormant: leaving.isIdle,
            outage: leaving.outage, now: now, &actions)
    }

    /// Hands over the audio that a leg leaves in `places`, which no other participant hears. All of these spans have an end, or none has. The audio
    /// goes to a leg that has begun since and a repair, or to a new leg.
    private mutating func hand(
        _ leaving: Leaving, to channels: Range<Int>, _ places: [(number: Int, place: Int)], now: Instant, _ actions: inout [SessionAction]
    ) {
        let dead = leaving.leg
        let isOver = places.contains { channelStates[$0.number].spans[$0.place].end != nil }
        let takesAll = leaving.step == .giveUp || isFinishing
        let reserves = places.map { place in
            pool.legs.filter { leg in
                leg.id != dead.id && !leg.isFailed && (takesAll || pool.isOpening(leg.id))
                    && channelStates[place.number].spans[place.place].sources.contains(leg.id)
            }
        }
        if isOver {
            for (number, _) in places { channelStates[number].shorten(to: timeline.end) }
            if !configuration.repairers.isEmpty {
                leaveAnswers(of: dead, to: places)
                for (number, place) in places { lose(number, place, by: dead.engine, leaving.error, now: now, &actions) }
                return
            }
        }
        let hasReserves = !isOver && reserves.allSatisfy { !$0.isEmpty } && (!configuration.repairers.isEmpty || takesAll)
        guard hasReserves else { return succeed(leaving, channels, places, now: now, &actions) }
        for (place, others) in zip(places, reserves) {
            let number = place.number
            let begun = others.compactMap { channelStates[number].ensemble.start(of: $0.id) }.min() ?? timeline.end
            let start = max(channelStates[number].covered(place.place), min(begun, timeline.end))
            channelStates[number].part(place.place, at: start, without: dead.id, pool)
            lose(number, place.place, by: dead.engine, leaving.error, now: now, &actions)
            accompany((number, channelStates[number].spans.count - 1), leaving, now: now, &actions)
        }
    }

    // MARK: - The end of the audio

    /// Handles a participant that has closed its stream in good order.
    mutating func finished(_ leg: Leg, now: Instant, _ actions: inout [SessionAction]) {
        for number in leg.channels {
            guard let place = channelStates[number].place(of: leg.id), let index = channelStates[number].ensemble.index(of: leg.id) else { continue }
            let told = channelStates[number].told(leg) ?? 0
            let heardAll = channelStates[number].hearsAll(channelStates[number].ensemble.participants[index], at: place)
            channelStates[number].ensemble.leave(leg.id)
            channelStates[number].remove(leg.id, at: place)
            if channelStates[number].spans[place].sources.allSatisfy(pool.isFailed) {
                settle(number, mustGo: true, now: now, &actions)
                // The engine owes answers that it will not give.
                let owed = channelStates[number].ensemble.answer(told)
                let answer = SessionEvent.flushed(channelStates[number].channel)
                channelStates[number].spans[place].after += Array(repeating: answer, count: owed)
                if isFinishing, channelStates[number].spans[place].end == nil {
                    // If the client did not ask for an end, nobody hears the audio behind it.
                    channelStates[number].spans[place].end = max(leg.sentThrough, channelStates[number].spans[place].start)
                    // The last words of the failed legs are not waited for.
                    for other in channelStates[number].spans[place].sources {
                        perform([channelStates[number].drop(other)], in: number, now: now, &actions)
                    }
                }
                if !heardAll {
                    let cause = EngineError.unavailable("No engine heard this audio from its beginning to its end.")
                    lose(number, place, by: leg.engine, cause, now: now, &actions)
                }
            }
            if isFinishing { channelStates[number].ensemble.isComplete = true }
            settle(number, now: now, &actions)
            if !isEnded { advance(number, now: now, &actions) }
            if isEnded { return }
        }
        checkEnd(&actions, now: now)
    }

    /// Opens a leg whose time has come, or another leg in its place: its engine may have failed other sessions meanwhile.
    mutating func openParticipant(_ leg: Leg, at engine: Int, now: Instant, _ actions: inout [SessionAction]) {
        let isAccompanied = leg.channels.allSatisfy { self.isAccompanied(leg.id, in: $0) ?? true }
        if isAccompanied, leg.sentThrough == leg.origin { join(leg) }
        guard pool.choice.isAvoided(engine) else { return pool.open(leg.id, now: now, &actions) }
        if let free = pool.choice.free(besides: pool.busy(besides: leg)) {
            reassign(leg, to: free, now: now, &actions)
        } else if isAccompanied {
            // A leg is opened at the engine when the engine works again.
            for number in leg.channels { channelStates[number].ensemble.leave(leg.id) }
            giveUp(leg.id, now: now, &actions)
        } else {
            reassign(leg, to: pool.choice.best, now: now, &actions)
        }
    }

    // MARK: - More participants

    /// Lets a leg that was slow to open begin with the present audio, if other legs have heard the audio since.
    ///
    /// - Returns: false if no other leg has.
    mutating func beginBeside(_ leg: Leg, _ places: [(number: Int, place: Int)]) -> Bool {
        let isBeside = places.allSatisfy { place in
            channelStates[place.number].spans[place.place].sources.contains { id in
                id != leg.id && pool[id].map { $0.isOpen && $0.origin <= leg.origin } ?? false
            }
        }
        guard isBeside else { return false }
        join(leg)
        return true
    }

    /// Returns the place where a leg joins the legs that hear `channels`. The leg's words count from `start`, and the leg hears the audio from
    /// `origin`, so that it does not begin within a word.
    private func joint(_ channels: Range<Int>) -> (start: SampleIndex, origin: SampleIndex) {
        let (start, origin) = splice(before: timeline.end, after: hole?.end ?? .zero, channels)
        return (start, origin)
    }

    /// Moves a leg that was sent nothing to the place where it joins the other legs.
    private mutating func join(_ leg: Leg) {
        let (start, origin) = joint(leg.channels)
        guard pool.change(leg.id, { $0.begin(at: max(origin, leg.origin)) }) != nil else { return }
        for number in leg.channels { channelStates[number].ensemble.move(leg.id, to: max(origin, leg.origin), from: start) }
    }

    /// Adds legs in channels that fewer engines hear than the session's mode has, if another engine is free.
    mutating func refill(now: Instant, _ actions: inout [SessionAction]) {
        guard case .running = state, hasEnsemble else { return }
        for number in channelStates.indices {
            guard let last = channelStates[number].spans.last, last.end == nil else { continue }
            let running = pool.legs.filter { last.sources.contains($0.id) && !$0.isFailed && !$0.isEnding }
            guard running.count < configuration.mode.voices else { continue }
            guard let free = pool.choice.free(besides: pool.numbers(of: running.map(\.engine))) else { continue }
            let (start, origin) = joint(number..<number + 1)
            addLegs(to: number..<number + 1, engine: free, from: origin, countingFrom: start, now: now, &actions)
        }
    }

    /// Replaces a healthy participant by another leg. The other participants go on.
    ///
    /// - Parameter engine: the number of the new leg's engine; nil: no engine is free, and the participant is not replaced.
    mutating func changeParticipant(_ leg: Leg, to engine: Int?, now: Instant, _ actions: inout [SessionAction]) {
        guard pool.change(leg.id, { $0.enqueue(.finish, at: timeline.end) }) != nil, let engine else { return }
        let (start, origin) = joint(leg.channels)
        addLegs(to: leg.channels, engine: engine, from: origin, countingFrom: start, now: now, &actions)
    }
}
