import Speech

/// Several legs that hear a channel together: the words of each leg, the legs that count, and the words that are settled.
extension ChannelState {
    // MARK: - Events of a participant

    /// Accepts an event of a participant of the ensemble in the first span.
    mutating func hear(_ event: EngineEvent, from id: LegID, _ moment: ChannelMoment, _ actions: inout [ChannelAction]) {
        guard let index = ensemble.index(of: id) else { return }
        let participant = ensemble.participants[index]
        switch event {
        case .final(let hypothesis, let reason):
            // The participant was told to end there; other participants may be in the middle of a word.
            let reason = reason == .endOfAudio && !isLast(id, moment) ? .length : reason
            let answer = reason == .flush ? participant.answers + 1 : nil
            let range = hypothesis.range
            ensemble.add(
                .init(words: hypothesis.words, start: range.start, end: range.end, reason: reason, answer: answer, at: moment.now),
                ofParticipant: index)
        case .turnEnded:
            ensemble.add(
                .init(words: [], start: participant.through, end: participant.through, reason: .endOfTurn, at: moment.now), ofParticipant: index)
        case .flushed:
            let answer = participant.answers + 1
            ensemble.add(
                .init(words: [], start: participant.through, end: participant.through, reason: .flush, answer: answer, at: moment.now),
                ofParticipant: index)
        case .interim(let hypothesis): show(hypothesis, of: participant, &actions)
        case .speechStarted(let channel, let at):
            // Another participant may have announced the same speech already, which this one hears later.
            guard !participant.isGone, !ensemble.isAnnounced, at >= stitcher.lastWordEnd ?? .zero else { return }
            ensemble.isAnnounced = true
            actions.append(.tell(.speechStarted(channel, at: max(at, stitcher.committedThrough))))
        case .opened, .closed, .skipped, .notice: break
        }
        settle(moment, &actions)
    }

    /// Returns true if the leg hears its span to the end. A leg that another leg replaces does not.
    private func isLast(_ id: LegID, _ moment: ChannelMoment) -> Bool {
        guard let leg = moment.legs[id] else { return true }
        return spans.first?.end.map { leg.sentThrough >= $0 } ?? moment.isFinishing
    }

    private mutating func show(_ hypothesis: Hypothesis, of participant: Ensemble.Participant, _ actions: inout [ChannelAction]) {
        let second = SampleCount(.seconds(1), at: settings.rate)
        guard !participant.isGone, counts(participant), ensemble.leads(participant.leg, through: hypothesis.range.end, isWellAhead: second) else {
            return
        }
        let waiting = participant.words()
        var rest = hypothesis
        rest.words = waiting + hypothesis.words
        rest.stableWords += waiting.count
        actions.append(.show(stitcher.interim(rest, seam: context(of: participant)), of: .leg(participant.leg)))
    }

    /// Returns how a participant's words are compared with the words of the source that spoke last; nil if the participant spoke last.
    private func context(of participant: Ensemble.Participant) -> ComparisonContext? {
        context(of: .leg(participant.leg), participant.engine, from: participant.origin, hasTimes: settings.hasTimes(participant.engine))
    }

    // MARK: - Participants that count

    /// Returns true if the words of a participant can be committed now: the participant has heard all audio that is not committed.
    func counts(_ participant: Ensemble.Participant) -> Bool {
        guard !spans.isEmpty, place(of: participant.leg) ?? 0 == 0 else { return false }
        let through = max(stitcher.committedThrough, spans[0].start)
        if participant.start <= through { return true }
        return isQuiet(SampleRange(through, participant.start))
    }

    /// Returns true if `range` is known to have no audio loud enough to be speech.
    func isQuiet(_ range: SampleRange) -> Bool { settings.measuresLoudness && !speech.isLoud(in: range) }

    /// Returns true if a participant will say more: its leg is there, has opened and has not failed.
    func isAwaited(_ participant: Ensemble.Participant, _ moment: ChannelMoment) -> Bool {
        !participant.isGone && moment.legs.hasOpened(participant.leg)
    }

    /// Participants whose words can be committed now.
    func counting() -> [Int] {
        let participants = ensemble.participants
        var counting: [Int] = []
        counting.reserveCapacity(participants.count)
        for index in participants.indices where counts(participants[index]) { counting.append(index) }
        return counting
    }

    /// Returns true if other participants hear all uncommitted audio of a leg's span, so that the leg may go.
    func isAccompanied(_ id: LegID, at place: Int, by legs: LegPool) -> Bool {
        ensemble.participants.contains { participant in
            guard participant.leg != id, !participant.isGone, spans[place].sources.contains(participant.leg), !legs.isFailed(participant.leg),
                legs.isOpening(participant.leg)
            else { return false }
            return hearsAll(participant, at: place)
        }
    }

    /// Returns true if a participant hears all the audio of a span that is not committed yet.
    func hearsAll(_ participant: Ensemble.Participant, at place: Int) -> Bool {
        place == 0 ? counts(participant) : participant.start <= spans[place].start
    }

    // MARK: - Settling

    /// Commits what can be committed. Does nothing in a mode in which one leg hears the channel.
    ///
    /// - Parameter mustGo: true if no other participant is waited for.
    mutating func settle(mustGo: Bool = false, _ moment: ChannelMoment) -> [ChannelAction] {
        var actions: [ChannelAction] = []
        settle(mustGo: mustGo, moment, &actions)
        return actions
    }

    private mutating func settle(mustGo: Bool = false, _ moment: ChannelMoment, _ actions: inout [ChannelAction]) {
        guard !spans.isEmpty else { return }
        switch source {
        case .single: return
        case .hedged: settleFirst(mustGo: mustGo, moment, &actions)
        case .voted: settleByVote(mustGo: mustGo, moment, &actions)
        }
        complete(moment, &actions)
    }

    /// Returns the time when the first waiting final must be settled; nil if no final waits.
    var nextSettling: Instant? {
        guard !spans.isEmpty else { return nil }
        var next: Instant?
        for participant in ensemble.participants where !participant.finals.isEmpty && counts(participant) {
            for index in participant.finals.indices {
                let deadline = deadline(of: participant.finals[index])
                next = min(next ?? deadline, deadline)
            }
        }
        return next
    }

    func deadline(of final: Ensemble.Final) -> Instant {
        // A final that ends within an island of speech waits longer, for the next pause of the other participants.
        let isInSpeech = if case .voted = source { final.reason == .length } else { false }
        return final.at + (isInSpeech ? settings.voteTimeInSpeech : settings.voteTime)
    }

    /// Commits the new words of a final, and tells the client about the end of a turn and answered finalizes, each once.
    ///
    /// - Parameter words: the words that are not committed.
    mutating func conclude(_ final: Ensemble.Final, _ words: [Word], from speaker: Speaker, _ actions: inout [ChannelAction]) {
        let before = stitcher.committedThrough
        if words.isEmpty { remember(final.words, of: speaker.source) }
        let adds = !words.isEmpty || final.end > before
        var reason = final.reason
        var owed = 0
        if let answer = final.answer {
            owed = ensemble.answer(answer)
            if owed == 0 { reason = .pause }
        }
        let endsTurn = words.isEmpty && (reason == .endOfTurn || reason == .endOfAudio)
        if endsTurn { reason = .pause }
        if reason == .flush, !adds { reason = .pause } else if reason == .flush { owed -= 1 }
        if adds {
            let piece = Hypothesis(channel: channel, range: SampleRange(before, max(final.end, before)), words: words)
            commit(.init(final: piece, reason: reason, speaker: speaker, isFresh: true), &actions)
        }
        if endsTurn, hasOpenTurn, isBehindWords(final.end) { actions.append(endTurn()) }
        if !hasOpenTurn { ensemble.isAnnounced = false }
        for _ in 0..<max(0, owed) { actions.append(.tell(.flushed(channel))) }
        guard case .leg(let id) = speaker.source else { return }
        if !words.isEmpty { ensemble.lead(id, through: final.end) }
        if stitcher.committedThrough > before { actions.append(.works(id)) }
    }

    /// Returns the words of a participant that are not committed, through the final of this number; nil: through the last final. The words are compared
    /// once, until the committed words change.
    mutating func uncommitted(of index: Int, through last: Int? = nil) -> [Word] {
        let participant = ensemble.participants[index]
        let last = last ?? participant.finals.count - 1
        if let words = participant.uncommitted(through: last) { return words }
        let words = fresh(participant.words(through: last), of: participant)
        // The comparison asks how loud it is where the participant begins, which is not known before.
        let beginning = participant.origin + SampleCount(.milliseconds(100), at: settings.rate)
        if !settings.measuresLoudness || beginning <= speech.end { ensemble.keep(uncommitted: words, ofParticipant: index, through: last) }
        return words
    }

    /// Returns the words of a participant that are not committed.
    ///
    /// - Parameter final: the range of the final that says the words; nil: there are several finals.
    func fresh(_ words: [Word], of participant: Ensemble.Participant, saidIn final: SampleRange? = nil) -> [Word] {
        var context = context(of: participant)
        context?.finalStart = final?.start
        context?.finalEnd = final?.end
        // Other participants may have reported silence behind this one's words. With word times, the words that lie in a gap are known.
        let areNew = context == nil && (!settings.hasTimes(participant.engine) || !stitcher.isAtGap)
        return areNew ? words : stitcher.fresh(words, seam: context)
    }

    /// Returns true if the end of a turn at `end` belongs to the open turn, and not to an earlier turn.
    private func isBehindWords(_ end: SampleIndex) -> Bool {
        guard let last = stitcher.lastWordEnd else { return true }
        return end + SampleCount(.milliseconds(300), at: settings.rate) >= last
    }

    // MARK: - Participants that are not needed

    /// Returns the number of finalizes that a participant was given: answered, with waiting answers, and unanswered. nil: the leg is not a
    /// participant.
    func told(_ leg: Leg) -> Int? {
        guard let index = ensemble.index(of: leg.id) else { return nil }
        return ensemble.participants[index].answers + spans.reduce(0) { $0 + $1.answers(of: leg.id) } + leg.unansweredFinalizes(in: channel.number)
    }

    /// At the session's end, drops the other participants once one participant has said everything and no final waits.
    private mutating func complete(_ moment: ChannelMoment, _ actions: inout [ChannelAction]) {
        guard moment.isFinishing, ensemble.isComplete, spans.count == 1, spans[0].end == nil else { return }
        let through = stitcher.committedThrough
        let waits = counting().contains { !ensemble.participants[$0].finals.isEmpty }
        guard !waits, through >= moment.received || isQuiet(SampleRange(through, moment.received)) else { return }
        spans[0].end = moment.received
        for id in spans[0].sources { actions.append(drop(id)) }
        let owed = ensemble.answer(ensemble.asked)
        spans[0].after += Array(repeating: .flushed(channel), count: owed)
    }

    /// Removes a leg as a source of the channel, because its words are not needed any more.
    mutating func drop(_ id: LegID) -> ChannelAction {
        ensemble.leave(id)
        remove(id)
        return .drop(id)
    }

    /// Drops the participants of the first span, once all audio before the span's end is settled. A participant that owes an answer stays.
    mutating func dismissParticipants(_ moment: ChannelMoment) -> [ChannelAction] {
        guard !source.isSingle else { return [] }
        var actions: [ChannelAction] = []
        for id in spans[0].sources {
            guard let leg = moment.legs[id], !leg.isFailed, let told = told(leg), told <= ensemble.answered else { continue }
            actions.append(drop(id))
        }
        return actions
    }
}
