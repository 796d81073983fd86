import Speech

/// Modes in which several legs hear the same and the words of each may count.
extension SessionMachine {
    var isPanel: Bool { configuration.mode.voices > 1 }

    // MARK: - What a member says

    /// Accepts an event of a member of the panel in the first stretch.
    mutating func hear(_ event: EngineEvent, in number: Int, from id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let index = lanes[number].panel.index(of: id) else { return }
        let member = lanes[number].panel.members[index]
        switch event {
        case .final(var hypothesis, let reason):
            if configuration.mode == .ensemble { speakers.label(&hypothesis.words, of: .leg(id)) }
            // Where it was told to end, others may be in the middle of a word.
            let reason = reason == .endOfAudio && !isLast(id, in: number) ? .length : reason
            let answer = reason == .flush ? member.answers + 1 : nil
            let range = hypothesis.range
            add(
                .init(words: hypothesis.words, start: range.start, end: range.end, reason: reason, answer: answer, at: now), in: number, of: index)
        case .turnEnded: add(.init(words: [], start: member.through, end: member.through, reason: .endOfTurn, at: now), in: number, of: index)
        case .flushed:
            let answer = member.answers + 1
            add(.init(words: [], start: member.through, end: member.through, reason: .flush, answer: answer, at: now), in: number, of: index)
        case .interim(let hypothesis): show(hypothesis, in: number, of: member, &actions)
        case .speechStarted(let channel, let at):
            // Of the others, who hear it later.
            guard !member.isGone, !lanes[number].panel.isAnnounced, at >= lanes[number].stitcher.lastWordEnd ?? .zero else { return }
            lanes[number].panel.isAnnounced = true
            actions.append(.emit(.speechStarted(channel, at: max(at, lanes[number].stitcher.committedThrough))))
        case .opened, .closed, .skipped, .creditsLow: break
        }
        settle(number, now: now, &actions)
    }

    private mutating func add(_ final: Panel.Final, in number: Int, of index: Int) {
        let hasTimes = hasTimes(lanes[number].panel.members[index].engine)
        lanes[number].panel.add(final, ofMember: index, hasTimes: hasTimes)
    }

    /// Returns true if the leg hears its stretch to the end. A leg that is changed for another does not.
    private func isLast(_ id: LegID, in number: Int) -> Bool {
        guard let leg = legs.first(where: { $0.id == id }) else { return true }
        return lanes[number].stretches.first?.end.map { leg.sentThrough >= $0 } ?? isFinishing
    }

    private mutating func show(_ hypothesis: Hypothesis, in number: Int, of member: Panel.Member, _ actions: inout [SessionAction]) {
        let second = SampleCount(.seconds(1), at: configuration.rate)
        guard !member.isGone, counts(member, in: number), lanes[number].panel.leads(member.leg, through: hypothesis.range.end, isWellAhead: second)
        else { return }
        let waiting = member.words()
        var rest = hypothesis
        rest.words = waiting + hypothesis.words
        rest.stableWords += waiting.count
        rest = lanes[number].stitcher.interim(rest, seam: ear(of: .leg(member.leg), member.engine, from: member.origin, in: number))
        speakers.label(&rest.words, of: .leg(member.leg))
        actions.append(.emit(.interim(rest)))
    }

    // MARK: - Who counts

    /// Returns true if the words of a member can be committed now: the member has heard all audio that is not committed.
    func counts(_ member: Panel.Member, in number: Int) -> Bool {
        let lane = lanes[number]
        guard let front = lane.stretches.first, lane.place(of: member.leg) ?? 0 == 0 else { return false }
        let through = max(lane.stitcher.committedThrough, front.start)
        if member.start <= through { return true }
        return configuration.measuresLoudness && !lane.speech.isLoud(in: SampleRange(through, member.start))
    }

    /// Returns true if a member will say more: its leg is there, has opened and has not failed.
    func isAwaited(_ member: Panel.Member) -> Bool {
        guard !member.isGone, let leg = legs.first(where: { $0.id == member.leg }) else { return false }
        return leg.openedAt != nil && !leg.isFailed
    }

    /// Members whose words can be committed now.
    func counting(in number: Int) -> [Int] {
        lanes[number].panel.members.indices.filter { counts(lanes[number].panel.members[$0], in: number) }
    }

    /// Returns true if a leg is there, or on its way, and not only planned.
    private func isOpening(_ id: LegID) -> Bool { !dormant.contains(id) && !openings.contains { $0.id == id } }

    /// Returns true if other members go on with the audio that a leg hears, when the leg is gone.
    func isAccompanied(_ id: LegID, in number: Int, at place: Int) -> Bool {
        let lane = lanes[number]
        return lane.panel.members.contains { member in
            guard member.leg != id, !member.isGone, lane.stretches[place].sources.contains(member.leg), !isFailed(member.leg), isOpening(member.leg)
            else { return false }
            return hearsAll(member, in: number, at: place)
        }
    }

    /// Returns true if a member hears all the audio of a stretch that is not committed yet.
    private func hearsAll(_ member: Panel.Member, in number: Int, at place: Int) -> Bool {
        place == 0 ? counts(member, in: number) : member.start <= lanes[number].stretches[place].start
    }

    // MARK: - What is settled

    /// Commits what can be.
    ///
    /// - Parameter mustGo: nobody is left to wait for.
    mutating func settle(_ number: Int, mustGo: Bool = false, now: Instant, _ actions: inout [SessionAction]) {
        guard !lanes[number].stretches.isEmpty else { return }
        if configuration.mode == .hedged {
            settleFirst(number, mustGo: mustGo, now: now, &actions)
        } else {
            settleByVote(number, mustGo: mustGo, now: now, &actions)
        }
        complete(number, now: now, &actions)
    }

    /// Returns the time when the first of the waiting finals is to wait no longer; nil if none waits.
    func nextSettling(in number: Int) -> Instant? {
        guard isPanel, !lanes[number].stretches.isEmpty else { return nil }
        let panel = lanes[number].panel
        return counting(in: number).lazy.flatMap { panel.members[$0].finals }.map { self.deadline(of: $0) }.min()
    }

    func deadline(of final: Panel.Final) -> Instant {
        // In the middle of an island, for the others' next pause.
        let isInSpeech = configuration.mode == .ensemble && final.reason == .length
        return final.at + (isInSpeech ? configuration.voteTime * 4 : configuration.voteTime)
    }

    /// Puts the new words of a final into the transcript, and tells the client what the final says of turns and finalizes, once.
    ///
    /// - Parameter words: the words that are not committed.
    mutating func conclude(
        _ final: Panel.Final, _ words: [Word], from source: Lane.Source, _ engine: EngineName, in number: Int, _ actions: inout [SessionAction]
    ) {
        let before = lanes[number].stitcher.committedThrough
        if words.isEmpty { lanes[number].remember(final.words, of: source) }
        let adds = !words.isEmpty || final.end > before
        var reason = final.reason
        var owed = 0
        if let answer = final.answer {
            owed = lanes[number].panel.answer(answer)
            if owed == 0 { reason = .pause }
        }
        let endsTurn = words.isEmpty && (reason == .endOfTurn || reason == .endOfAudio)
        if endsTurn { reason = .pause }
        if reason == .flush, !adds { reason = .pause } else if reason == .flush { owed -= 1 }
        if adds {
            let piece = Hypothesis(channel: lanes[number].channel, range: SampleRange(before, max(final.end, before)), words: words)
            commit(piece, reason, from: source, engine, origin: .zero, in: number, isFresh: true, &actions)
        }
        if endsTurn, lanes[number].hasOpenTurn, isBehindWords(final.end, in: number) { endTurn(in: number, &actions) }
        if !lanes[number].hasOpenTurn { lanes[number].panel.isAnnounced = false }
        for _ in 0..<max(0, owed) { actions.append(.emit(.flushed(lanes[number].channel))) }
        if case .leg(let id) = source, !words.isEmpty { lanes[number].panel.lead(id, through: final.end) }
        if !outages.isEmpty, case .leg(let id) = source, lanes[number].stitcher.committedThrough > before { outages[id] = nil }
    }

    /// Returns the words of a member that are not committed.
    ///
    /// - Parameter final: the range of the final that says the words; nil: there are several finals.
    func fresh(_ words: [Word], of member: Panel.Member, saidIn final: SampleRange? = nil, in number: Int) -> [Word] {
        let lane = lanes[number]
        var ear = ear(of: .leg(member.leg), member.engine, from: member.origin, in: number)
        ear?.finalStart = final?.start
        ear?.finalEnd = final?.end
        // Behind its own words others may have said that it is silent; which of its words lie in a gap is known where it says so.
        let areNew = ear == nil && (!hasTimes(member.engine) || !lane.stitcher.isAtGap)
        return areNew ? words : lane.stitcher.fresh(words, seam: ear)
    }

    /// Returns true if the end of a turn at `end` is the end of the open turn, and not a late word on an earlier turn.
    func isBehindWords(_ end: SampleIndex, in number: Int) -> Bool {
        guard let last = lanes[number].stitcher.lastWordEnd else { return true }
        return end + SampleCount(.milliseconds(300), at: configuration.rate) >= last
    }

    // MARK: - A member's end

    /// A member of the panel has failed. Others go on; another leg takes its place.
    mutating func replaceMember(legAt index: Int, _ error: EngineError, isListening: Bool, now: Instant, _ actions: inout [SessionAction]) {
        let dead = legs[index]
        retire(legAt: index, isListening: isListening, now: now)
        var outage = outages.removeValue(forKey: dead.id) ?? FailoverPolicy.Outage()
        let engine = number(of: dead)
        var places: [(number: Int, place: Int)] = []
        for number in dead.channels {
            lanes[number].panel.leave(dead.id)
            guard let place = lanes[number].place(of: dead.id) else { continue }
            if !isListening { lanes[number].stretches[place].sources.removeAll { $0 == dead.id } }
            let wasOver = lanes[number].stretches[place].end != nil
            // What it has said counts, if nobody else will say it.
            if place == 0, !isAccompanied(dead.id, in: number, at: 0) { settle(number, mustGo: true, now: now, &actions) }
            // That may have been all there was to say.
            if wasOver || lanes[number].stretches[place].end == nil { places.append((number, place)) }
        }
        let alone = places.filter { !isAccompanied(dead.id, in: $0.number, at: $0.place) }
        let listens = isListening && !alone.isEmpty
        for (number, place) in places where !listens || !alone.contains(where: { $0.number == number }) {
            lanes[number].stretches[place].sources.removeAll { $0 == dead.id }
        }
        if isListening, !listens, let index = legs.firstIndex(where: { $0.id == dead.id }) {
            legs.remove(at: index)
            actions += [.command(dead.id, .cancel), .discard(dead.id)]
        }
        let busy = busy(besides: dead)
        let isIdle = isIdle(dead, error) && !isListening
        if outage.since == nil { outage.since = now }
        let hadAnswered = dead.firstAnswer != nil
        let step =
            isIdle
            ? .open(engine, after: .zero)
            : recovery.next(after: error, of: engine, hadAnswered: hadAnswered, outage: &outage, besides: busy)
        let leaving = Leaving(leg: dead, error: error, isListening: listens, isIdle: isIdle, outage: outage, step: step)
        let areOver = Set(alone.map { lanes[$0.number].stretches[$0.place].end != nil })
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

    /// Engines that hear the same as a leg.
    func busy(besides leg: Leg) -> Set<Int> {
        let others = legs.lazy.filter { $0.id != leg.id && !$0.isFailed && !$0.isEnding && $0.channels.overlaps(leg.channels) }
        return Set(others.compactMap { other in configuration.engines.firstIndex { $0.name == other.engine } })
    }

    /// Another leg in the place of one that others go on without: it hears what comes from now on.
    private mutating func accompany(
        _ place: (number: Int, place: Int), _ leaving: Leaving, now: Instant, _ actions: inout [SessionAction]
    ) {
        let number = place.number
        guard case .running = state, place.place == lanes[number].stretches.count - 1, lanes[number].stretches[place.place].end == nil,
            case .open(let engine, let delay) = leaving.step
        else { return }
        let (start, origin) = joint(number..<number + 1)
        addLegs(
            to: number..<number + 1, engine: engine, from: origin, countingFrom: start, after: delay, isDormant: leaving.isIdle,
            outage: leaving.outage, now: now, &actions)
    }

    /// Nobody heard what a leg leaves in `places`, of which all have an end or none: it goes to a leg that has begun since, and a repair, or to a new one.
    private mutating func hand(
        _ leaving: Leaving, to channels: Range<Int>, _ places: [(number: Int, place: Int)], now: Instant, _ actions: inout [SessionAction]
    ) {
        let dead = leaving.leg
        let isOver = places.contains { lanes[$0.number].stretches[$0.place].end != nil }
        let takesAll = leaving.step == .giveUp || isFinishing
        let reserves = places.map { place in
            legs.filter { leg in
                leg.id != dead.id && !leg.isFailed && (takesAll || isOpening(leg.id))
                    && lanes[place.number].stretches[place.place].sources.contains(leg.id)
            }
        }
        if isOver {
            for (number, _) in places { lanes[number].shorten(to: timeline.end) }
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
            let begun = others.compactMap { lanes[number].panel.start(of: $0.id) }.min() ?? timeline.end
            let start = max(lanes[number].covered(place.place), min(begun, timeline.end))
            part(number, place.place, at: start, without: dead.id)
            lose(number, place.place, by: dead.engine, leaving.error, now: now, &actions)
            accompany((number, lanes[number].stretches.count - 1), leaving, now: now, &actions)
        }
    }

    /// The finalizes that a member was told, or is to be told: those that it has answered, whose answers wait, and the others; nil: it is none.
    func told(_ leg: Leg, in number: Int) -> Int? {
        let lane = lanes[number]
        guard let index = lane.panel.index(of: leg.id) else { return nil }
        return lane.panel.members[index].answers + lane.stretches.reduce(0) { $0 + $1.answers(of: leg.id) } + leg.unansweredFinalizes(in: number)
    }

    // MARK: - The end of the audio

    /// A member has closed its stream in good order.
    mutating func finished(_ leg: Leg, now: Instant, _ actions: inout [SessionAction]) {
        for number in leg.channels {
            guard let place = lanes[number].place(of: leg.id), let index = lanes[number].panel.index(of: leg.id) else { continue }
            let told = told(leg, in: number) ?? 0
            let heardAll = hearsAll(lanes[number].panel.members[index], in: number, at: place)
            lanes[number].panel.leave(leg.id)
            lanes[number].stretches[place].sources.removeAll { $0 == leg.id }
            if lanes[number].stretches[place].sources.allSatisfy(isFailed) {
                settle(number, mustGo: true, now: now, &actions)
                // Its engine owes answers that it will not give.
                let owed = lanes[number].panel.answer(told)
                let answer = SessionEvent.flushed(lanes[number].channel)
                lanes[number].stretches[place].after += Array(repeating: answer, count: owed)
                if isFinishing, lanes[number].stretches[place].end == nil {
                    // What comes after an end that the client did not ask for, nobody hears.
                    lanes[number].stretches[place].end = max(leg.sentThrough, lanes[number].stretches[place].start)
                    // Nobody waits for the last words of those that failed.
                    for other in lanes[number].stretches[place].sources { dropSource(other, in: number, now: now, &actions) }
                }
                if !heardAll {
                    let cause = EngineError.unavailable("No engine heard this audio from its beginning to its end.")
                    lose(number, place, by: leg.engine, cause, now: now, &actions)
                }
            }
            if isFinishing { lanes[number].panel.isComplete = true }
            settle(number, now: now, &actions)
            if !isEnded { advance(number, now: now, &actions) }
            if isEnded { return }
        }
        checkEnd(&actions, now: now)
    }

    /// Once the session is at its end, and one member has said all and nothing waits for others, they are not needed any more.
    private mutating func complete(_ number: Int, now: Instant, _ actions: inout [SessionAction]) {
        guard isFinishing, lanes[number].panel.isComplete, lanes[number].stretches.count == 1, lanes[number].stretches[0].end == nil else { return }
        let through = lanes[number].stitcher.committedThrough
        let waits = counting(in: number).contains { !lanes[number].panel.members[$0].finals.isEmpty }
        guard !waits, through >= timeline.end || isQuiet(SampleRange(through, timeline.end), number) else { return }
        lanes[number].stretches[0].end = timeline.end
        for id in lanes[number].stretches[0].sources { dropSource(id, in: number, now: now, &actions) }
        let owed = lanes[number].panel.answer(lanes[number].panel.asked)
        lanes[number].stretches[0].after += Array(repeating: .flushed(lanes[number].channel), count: owed)
    }

    private func isQuiet(_ range: SampleRange, _ number: Int) -> Bool {
        configuration.measuresLoudness && !lanes[number].speech.isLoud(in: range)
    }

    /// Removes a leg as a source of a channel, because its words there are not needed any more. A leg that no channel needs is given up.
    mutating func dropSource(_ id: LegID, in number: Int, now: Instant, _ actions: inout [SessionAction]) {
        lanes[number].panel.leave(id)
        for place in lanes[number].stretches.indices { lanes[number].stretches[place].sources.removeAll { $0 == id } }
        if !lanes.contains(where: { $0.place(of: id) != nil }) { giveUp(id, now: now, &actions) }
    }

    /// Drops the legs that hear the first stretch, once all audio before the stretch's end is settled. Legs that owe an answer stay.
    mutating func dismissPanel(_ number: Int, now: Instant, _ actions: inout [SessionAction]) {
        for id in lanes[number].stretches[0].sources {
            guard let leg = legs.first(where: { $0.id == id }), !leg.isFailed, let told = told(leg, in: number) else { continue }
            if told > lanes[number].panel.answered { continue }
            dropSource(id, in: number, now: now, &actions)
        }
    }

    /// A leg that was to be opened later is due. Its engine may have failed others since.
    mutating func openMember(_ leg: Leg, at engine: Int, now: Instant, _ actions: inout [SessionAction]) {
        let isAccompanied = leg.channels.allSatisfy { number in
            lanes[number].place(of: leg.id).map { self.isAccompanied(leg.id, in: number, at: $0) } ?? true
        }
        if isAccompanied, leg.sentThrough == leg.origin { join(leg) }
        guard recovery.isAvoided(engine) else { return open(leg.id, now: now, &actions) }
        let busy = busy(besides: leg)
        if let free = recovery.ranked.first(where: { recovery.isAvailable($0) && !busy.contains($0) }) {
            reassign(leg, to: free, now: now, &actions)
        } else if isAccompanied {
            // When its engine works again, it is asked again.
            for number in leg.channels { lanes[number].panel.leave(leg.id) }
            giveUp(leg.id, now: now, &actions)
        } else {
            reassign(leg, to: recovery.best, now: now, &actions)
        }
    }

    // MARK: - More members

    /// A leg that was long in opening hears what comes now, where others have heard what has come since.
    ///
    /// - Returns: false where nobody has.
    mutating func beginBeside(legAt index: Int, _ places: [(number: Int, place: Int)]) -> Bool {
        let leg = legs[index]
        let isBeside = places.allSatisfy { place in
            lanes[place.number].stretches[place.place].sources.contains { id in
                id != leg.id && legs.contains { $0.id == id && !$0.isFailed && $0.isOpen && $0.origin <= leg.origin }
            }
        }
        guard isBeside else { return false }
        join(leg)
        return true
    }

    /// Returns the place where a leg joins the legs that hear `channels`. The leg counts from `start` on and hears the audio from `origin` on, so
    /// that it begins with no part of a word.
    private func joint(_ channels: Range<Int>) -> (start: SampleIndex, origin: SampleIndex) {
        let (start, origin) = splice(before: timeline.end, after: hole?.end ?? .zero, channels)
        return (start, origin)
    }

    /// A leg that was sent nothing joins those who hear the same.
    private mutating func join(_ leg: Leg) {
        guard let index = legs.firstIndex(where: { $0.id == leg.id }) else { return }
        let (start, origin) = joint(leg.channels)
        legs[index].begin(at: max(origin, leg.origin))
        for number in leg.channels { lanes[number].panel.move(leg.id, to: max(origin, leg.origin), from: start) }
    }

    /// Fewer engines hear the session than its mode has, and one more can.
    mutating func refill(now: Instant, _ actions: inout [SessionAction]) {
        guard case .running = state, isPanel else { return }
        for number in lanes.indices {
            guard let last = lanes[number].stretches.last, last.end == nil else { continue }
            let running = legs.filter { last.sources.contains($0.id) && !$0.isFailed && !$0.isEnding }
            guard running.count < configuration.mode.voices else { continue }
            let names = Set(running.map(\.engine))
            let free = configuration.engines.indices.first { recovery.isAvailable($0) && !names.contains(configuration.engines[$0].name) }
            guard let free else { continue }
            let (start, origin) = joint(number..<number + 1)
            addLegs(to: number..<number + 1, engine: free, from: origin, countingFrom: start, now: now, &actions)
        }
    }

    /// Another leg takes the place of one that is well. The others hear on.
    ///
    /// - Parameter engine: nil: none is free.
    mutating func changeMember(_ leg: Leg, to engine: Int?, now: Instant, _ actions: inout [SessionAction]) {
        guard let index = legs.firstIndex(where: { $0.id == leg.id }) else { return }
        legs[index].enqueue(.finish, at: timeline.end)
        guard let engine else { return }
        let (start, origin) = joint(leg.channels)
        addLegs(to: leg.channels, engine: engine, from: origin, countingFrom: start, now: now, &actions)
    }
}
