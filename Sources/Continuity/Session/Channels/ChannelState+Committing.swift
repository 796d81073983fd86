import Speech

/// The words and events of legs whose span comes first, and the commits that follow from them.
extension ChannelState {
    // MARK: - Events of a leg

    /// Returns an event of a leg with its words in their places. A final's end is the end that the session gives it.
    mutating func placed(_ event: EngineEvent, from leg: LegID, of engine: EngineName) -> EngineEvent {
        let hasTimes = settings.hasTimes(engine)
        let placed = hasTimes ? event : spread(event, of: leg)
        var event = hasTimes || isWordless(placed) ? uncut(placed) : placed
        if case .final(let said, _) = placed, case .final(var final, let reason) = event {
            if !hasTimes, let end = cut(of: said.range, of: leg) {
                final.range = SampleRange(min(final.range.start, end), end)
                event = .final(final, reason: reason)
            } else if final.range.end < said.range.end {
                cut(said.range, to: final.range.end, of: leg)
            }
        }
        return event
    }

    /// Returns true if a final has no words, not even for loud audio. An engine without word times that has said a word may have said it anywhere, so
    /// the audio behind the word is unknown.
    private func isWordless(_ event: EngineEvent) -> Bool {
        guard case .final(let said, _) = event else { return false }
        return said.words.isEmpty
    }

    /// Returns an event of an engine without word times, with its words spread over the loud audio.
    private mutating func spread(_ event: EngineEvent, of leg: LegID) -> EngineEvent {
        switch event {
        case .final(var said, let reason):
            said.words = spread(said.words, over: said.range, of: leg)
            if !said.words.isEmpty { placed(said.range, of: leg) }
            return .final(said, reason: reason)
        case .interim(var said):
            said.words = spread(said.words, over: said.range, of: leg)
            return .interim(said)
        case .opened, .closed, .speechStarted, .turnEnded, .flushed, .notice, .skipped: return event
        }
    }

    /// Returns an event with its final shortened to the last word, if the final was cut for its length or at the client's request. Such a final may
    /// end within a word that the engine says in its next final, so loud audio behind the last word is not covered by it. The audio is then not lost
    /// if the engine says no more. The end depends on the audio of the final alone, and not on how much has come since.
    private func uncut(_ event: EngineEvent) -> EngineEvent {
        guard case .final(var final, let reason) = event, reason == .length || reason == .flush, settings.measuresLoudness else { return event }
        let longestWord = SampleCount(.seconds(1), at: settings.rate)
        let words = final.words.last?.range.end ?? final.range.start
        let start = max(words, final.range.end - longestWord), end = LoudnessMeter.measured(at: final.range.end, settings.rate)
        guard start < end, let loud = speech.start(in: SampleRange(start, end)) else { return event }
        final.range = SampleRange(final.range.start, max(final.range.start, loud))
        return .final(final, reason: reason)
    }

    /// Keeps an event until all audio before it is settled.
    ///
    /// - Returns: false when there is no room for it.
    mutating func hold(_ event: EngineEvent, at place: Int, of leg: Leg) -> Bool {
        guard spans.reduce(event.weight, { $0 + $1.heldCount }) <= SessionMachine.maxWaitingCount else { return false }
        var event = event
        // A client whose finalize went to a failed leg gets the answer from the leg's successor.
        if leg.isFailed {
            if case .flushed = event { return true }
            if case .final(let final, .flush) = event { event = .final(final, reason: .pause) }
        }
        spans[place].hold(TimelineSpan.Held(leg: leg.id, engine: leg.engine, origin: leg.origin, event: event))
        return true
    }

    /// Applies an event whose turn has come.
    ///
    /// - Parameters:
    ///   - isFailed: true if the leg was given up.
    ///   - hasWaited: true if the event was held. A leg that is no longer a participant of the ensemble is then committed as a single leg.
    mutating func accept(_ said: TimelineSpan.Held, isFailed: Bool, hasWaited: Bool, _ moment: ChannelMoment) -> [ChannelAction] {
        var actions: [ChannelAction] = []
        if source.isSingle || hasWaited && ensemble.index(of: said.leg) == nil {
            apply(said, isFailed: isFailed, &actions)
        } else {
            hear(said.event, from: said.leg, moment, &actions)
        }
        return actions
    }

    private mutating func apply(_ said: TimelineSpan.Held, isFailed: Bool, _ actions: inout [ChannelAction]) {
        if !isFailed, latestLeg.map({ $0.id.number < said.leg.number }) ?? true {
            latestLeg = (said.leg, stitcher.committedThrough, latestLeg == nil)
        }
        switch said.event {
        case .final(let hypothesis, let reason):
            // A client whose finalize went to a failed leg gets the answer from the leg's successor.
            let reason = isFailed && reason == .flush ? .pause : reason
            let before = stitcher.committedThrough
            let speaker = Speaker(.leg(said.leg), said.engine, origin: said.origin)
            commit(.init(final: hypothesis, reason: reason, speaker: speaker, isFailed: isFailed), &actions)
            // The leg has settled audio, so its engine works and any earlier outage is over.
            if !isFailed, stitcher.committedThrough > before { actions.append(.works(said.leg)) }
        case .interim(let hypothesis): if !isFailed { actions.append(shown(hypothesis, behind: 0, of: said)) }
        case .speechStarted(let channel, let at):
            if !isFailed, !isAnnounced(at, by: said.leg) {
                hasOpenSpeech = true
                actions.append(.tell(.speechStarted(channel, at: max(at, stitcher.committedThrough))))
            }
        case .turnEnded(_, let at):
            if isEndedBefore(at, for: .leg(said.leg)) { return }
            if !isFailed || hasOpenTurn && lastSource == .leg(said.leg) { actions.append(endTurn(by: said.event)) }
        case .flushed(let channel): if !isFailed { actions.append(.tell(.flushed(channel))) }
        case .opened, .closed, .skipped, .notice: break
        }
    }

    /// Returns true if another source's words were committed last. Until a source's own words are, it may hear audio again that was settled before.
    private func isNew(_ source: WordSource) -> Bool { lastSource.map { $0 != source } ?? false }

    /// Returns true if speech that begins at `place` was announced by an earlier leg, and `leg` hears it again.
    private mutating func isAnnounced(_ place: SampleIndex, by leg: LegID) -> Bool {
        guard var latest = latestLeg, latest.id == leg, !latest.hasAnnounced else { return false }
        if place < latest.origin { return true }
        latest.hasAnnounced = true
        latestLeg = latest
        return hasOpenSpeech
    }

    /// Returns true if the end of a turn at `place` lies in audio that a source hears again, and the turn was ended before.
    private func isEndedBefore(_ place: SampleIndex, for source: WordSource) -> Bool {
        !hasOpenTurn && isNew(source) && place <= stitcher.committedThrough
    }

    /// Returns the interim to show for a hypothesis in the span at `place`, with all words that wait before it.
    func shown(_ hypothesis: Hypothesis, behind place: Int, of said: TimelineSpan.Held) -> ChannelAction {
        var rest = hypothesis
        if place > 0 {
            var waiting: [Word] = []
            for (other, span) in spans[...place].enumerated() {
                // If several legs hear the span, only this leg's words come before.
                for held in span.held where other < place || held.leg == said.leg || source.isSingle {
                    if case .final(let final, _) = held.event { waiting += final.words }
                }
            }
            rest.words = waiting + hypothesis.words
            // Words before these are still missing, so none of these may be called stable.
            rest.stableWords = 0
        }
        let seam = context(of: .leg(said.leg), said.engine, from: said.origin, hasTimes: settings.hasTimes(said.engine))
        return .show(stitcher.interim(rest, seam: seam), of: .leg(said.leg))
    }

    // MARK: - Commits

    /// The source of words with its engine: a leg, a repair, or several legs by a vote.
    struct Speaker: Sendable {
        var source: WordSource
        var engine: EngineName
        /// The start of the audio that was heard.
        var origin: SampleIndex

        init(_ source: WordSource, _ engine: EngineName, origin: SampleIndex = .zero) {
            self.source = source
            self.engine = engine
            self.origin = origin
        }
    }

    /// A final whose words are to be committed.
    struct Candidate: Sendable {
        var final: Hypothesis
        var reason: FinalReason
        var speaker: Speaker
        /// True if the leg was given up.
        var isFailed = false
        /// True if all words of the final are known to be new.
        var isFresh = false
        /// True if the end of the audio may have cut the last word.
        var isCut = false
    }

    /// Commits the new words of a final.
    mutating func commit(_ candidate: Candidate, _ actions: inout [ChannelAction]) {
        let speaker = candidate.speaker, source = speaker.source, engine = speaker.engine
        let reason = candidate.reason, isFresh = candidate.isFresh
        var final = candidate.final
        let hasTimes = settings.hasTimes(engine)
        var seam = isFresh ? nil : context(of: source, engine, from: speaker.origin, hasTimes: hasTimes)
        // Audio that the leg's last final did not cover is covered by this final.
        seam?.finalStart = final.words.first.map { min(final.range.start, $0.range.start) } ?? final.range.start
        seam?.finalEnd = final.range.end
        // Without need, the reference would make the stitcher copy the words before it adds some.
        let tail = source == lastSource ? [] : stitcher.heard
        let before = stitcher.lastWordEnd
        let committed = stitcher.committedThrough
        let isRepeated = reason == .endOfTurn && isEndedBefore(final.range.end, for: source)
        let changed = stitcher.changedWords
        let said = final.words
        // Without word times, the final is new as a whole or old as a whole.
        if !hasTimes, !isFresh, isSettled(final.words, of: final.range, from: source) {
            stitcher.hearGap(final.words, by: engine, hasTimes: false)
            final.words = []
        }
        let isLegs = if case .leg = source { true } else { false }
        let accepted = stitcher.accept(
            final, reason: reason, from: engine, seam: seam,
            isFresh: isFresh || seam == nil && !hasTimes && (final.range.end > committed || !final.words.isEmpty),
            bound: hasTimes || !isLegs ? nil : final.range.end, isCut: candidate.isCut)
        if stitcher.changedWords > changed { actions.append(.changedWords(stitcher.changedWords - changed)) }
        if let accepted, !accepted.words.isEmpty || lastSource == nil {
            change(to: source, behind: tail, hasTimes: hasTimes)
            reached(final.range.end)
        } else {
            remember(said, of: source)
        }
        guard let commit = accepted else { return }
        if isRepeated, commit.range.isEmpty, commit.words.isEmpty { return }
        if candidate.isFailed, commit.range.isEmpty, commit.words.isEmpty { return }
        if isOrphaned, let first = commit.words.first {
            if let before, first.range.start >= before + settings.turnSilence { actions.append(endTurn()) }
            if isLegs { isOrphaned = false }
        }
        let placed = stitcher.tail.suffix(commit.words.count)
        actions.append(
            .commit(
                .init(
                    commit: commit, turn: turn, source: source, placed: placed.count == commit.words.count ? placed : commit.words[...],
                    hasTimes: self.hasTimes)))
        if commit.endsTurn {
            turn += 1
            hasOpenTurn = false
            hasOpenSpeech = false
            isOrphaned = false
        } else if !commit.words.isEmpty {
            hasOpenTurn = true
        }
        if !commit.range.isEmpty, settings.measuresLoudness {
            speech.forget(before: commit.range.start - settings.reach - settings.reach)
        }
    }

    /// Returns true if a final of an engine without word times has nothing new. Such a final may cover a little more audio than its range says, which
    /// matters only if the final is compared with words of another source.
    func isSettled(_ words: [Word], of final: SampleRange, from source: WordSource) -> Bool {
        let isCompared = lastSource.map { $0 != source } ?? false && !stitcher.isAtGap
        let margin = isCompared ? SampleCount(.milliseconds(150), at: settings.rate) : .zero
        return final.end + margin <= stitcher.committedThrough && !stitcher.goesOn(with: words, of: final)
    }

    /// Ends the turn: by an engine's event, or by the session itself if `event` is nil.
    mutating func endTurn(by event: EngineEvent? = nil) -> ChannelAction {
        turn += 1
        hasOpenTurn = false
        hasOpenSpeech = false
        isOrphaned = false
        if case .turnEnded(let channel, let at)? = event { return .tell(.turnEnded(channel, at: at)) }
        return .tell(.turnEnded(channel, at: stitcher.lastWordEnd ?? stitcher.committedThrough))
    }

    /// Commits audio through `end` as silent.
    mutating func commitSilence(through end: SampleIndex, by engine: EngineName) -> [ChannelAction] {
        guard stitcher.committedThrough < end else { return [] }
        let rest = Hypothesis(channel: channel, range: SampleRange(stitcher.committedThrough, end), words: [])
        return stitcher.accept(rest, reason: .pause, from: engine).map { [.commitSilence($0, turn: turn)] } ?? []
    }

    // MARK: - Repairs

    /// Commits the repair of the first span.
    mutating func commit(_ words: [Word], of plan: RepairPlan, through end: SampleIndex, _ moment: ChannelMoment) -> [ChannelAction] {
        guard let asked = plan.asked else { return [] }
        var actions: [ChannelAction] = []
        let speaker = Speaker(.repair(asked.id), asked.engine, origin: asked.range.start)
        let context = context(of: speaker.source, asked.engine, from: asked.range.start, hasTimes: asked.hasTimes)
        // All words of an engine without word times are new while nothing is committed.
        var words = context == nil && !asked.hasTimes ? words : stitcher.fresh(words, seam: context)
        if plan.afterStall, words.isEmpty { actions.append(.heardNothing) }
        change(to: speaker.source, behind: stitcher.heard, hasTimes: asked.hasTimes)
        var through = end
        if !asked.hasTimes {
            // Without word times, nobody knows which words lie before the end, so the repair keeps all of them.
            through = asked.range.end
        } else if asked.endsInSilence {
            // The repair's audio beyond the end is there for last sounds, and may have the soft beginning of the next word.
            through = max(end, words.last?.range.end ?? end)
        } else {
            // The last words of the repair may be cut, and so be heard as other words. If the next leg hears these words whole, they are left to that
            // leg.
            let safe = asked.range.end - SampleCount(.milliseconds(300), at: settings.rate)
            let next = nextOrigin(moment)
            let isCut: (Word) -> Bool = { word in (word.range.end > safe || word.range.start >= end) && next.map { word.range.start >= $0 } ?? false }
            if let cut = words.first(where: isCut) { through = min(through, cut.range.start) }
            words.removeAll(where: isCut)
            through = max(through, words.last?.range.end ?? .zero)
        }
        through = max(through, stitcher.committedThrough)
        // A pause within the repair ends a turn, as it would have for the engine that failed.
        var first = 0
        for index in words.indices {
            let isLast = index == words.count - 1
            guard isLast || words[index + 1].range.start >= words[index].range.end + settings.turnSilence else { continue }
            let piece = Hypothesis(
                channel: channel, range: SampleRange(stitcher.committedThrough, isLast ? through : words[index].range.end),
                words: Array(words[first...index]))
            let isCut = asked.mayCut(words[index])
            commit(.init(final: piece, reason: isLast ? .pause : .endOfTurn, speaker: speaker, isFresh: true, isCut: isCut), &actions)
            first = index + 1
        }
        if words.isEmpty {
            let piece = Hypothesis(channel: channel, range: SampleRange(stitcher.committedThrough, through), words: [])
            commit(.init(final: piece, reason: .pause, speaker: speaker, isFresh: true), &actions)
        }
        if hasOpenTurn { isOrphaned = true }
        return actions
    }

    /// Returns the earliest start of the audio that a leg or another repair hears for the span behind the first one.
    private func nextOrigin(_ moment: ChannelMoment) -> SampleIndex? {
        guard let next = spans.dropFirst().first else { return nil }
        let origins = next.sources.compactMap { moment.legs[$0] }.filter { !$0.isFailed }.map(\.origin) + next.held.map(\.origin)
        switch next.need {
        case .repair(let plan), .repaired(_, let plan):
            // A repair that was not requested yet will begin in the silence before its audio.
            let reach = settings.reach
            let start = plan.asked?.range.start ?? speech.silence(before: plan.rest.start, reach: reach, received: moment.received)
            return (origins + [start ?? plan.rest.start - reach]).min()
        case .none, .silence, .lost: return origins.min()
        }
    }
}
