import Speech

/// A second engine hears the session, for comparison only: nothing that becomes of it has an effect on what the client gets.
extension SessionMachine {
    /// The results of a shadow so far.
    struct Shadow: Sendable {
        var evaluation: Evaluation
        /// The comparison of each channel, indexed by channel number.
        var channels: [Shadowing]
    }

    /// Lets another engine hear what comes from now on; the one that did is let go.
    mutating func openShadow(now: Instant, _ actions: inout [SessionAction]) {
        endShadow(now: now, &actions)
        guard case .running = state else { return }
        guard let free = pool.choice.free(besides: pool.numbers(of: pool.legs.filter { !$0.isFailed }.map(\.engine))) else { return }
        let engine = configuration.engines[free].name
        let evaluation = shadow.flatMap { $0.evaluation.engine == engine ? $0.evaluation : nil } ?? Evaluation(engine: engine)
        shadow = Shadow(evaluation: evaluation, channels: lanes.map { Shadowing($0.channel, from: timeline.end) })
        for leg in pool.newLegs(of: lanes.indices, engine: free, from: timeline.end, isShadow: true) {
            pool.add(leg)
            pool.open(leg.id, now: now, &actions)
        }
    }

    /// Accepts an event of a shadow's leg.
    mutating func shadow(_ event: EngineEvent, from id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool[id] else { return }
        switch event {
        case .opened:
            // It is never behind: what came while it was opening it does not hear.
            if leg.isPaced, timeline.end - leg.origin > slack {
                pool.change(id) { $0.begin(at: timeline.end) }
                for number in leg.channels { shadow?.channels[number] = Shadowing(lanes[number].channel, from: timeline.end) }
            }
            pool.change(id) { $0.opened(now: now) }
            actions += pump(now: now)
        case .final(let hypothesis, _):
            pool.change(id) { $0.answered(now: now, isBehind: false, words: (hypothesis.words.count, true)) }
            shadow?.channels[hypothesis.channel.number].hear(hypothesis.words, through: hypothesis.range.end)
            compare(hypothesis.channel.number)
        case .interim(let hypothesis): pool.change(id) { $0.answered(now: now, isBehind: false, words: (hypothesis.words.count, false)) }
        case .closed(let error):
            let isComplete = error == nil && leg.isDraining
            endShadow(id, isComplete ? .completed : .failed(error ?? .unavailable("The engine closed the stream.")), now: now, &actions)
        case .speechStarted, .turnEnded, .flushed, .skipped, .creditsLow: break
        }
    }

    /// Words that were committed, for comparison.
    mutating func shadowed(_ commit: Commit) {
        guard shadow != nil else { return }
        shadow?.evaluation.commits(commit.engine)
        shadow?.channels[commit.channel.number].commit(commit.words, through: commit.range.end)
        compare(commit.channel.number)
    }

    private mutating func compare(_ number: Int, isLast: Bool = false) {
        guard var evaluation = shadow?.evaluation else { return }
        shadow?.channels[number].compare(&evaluation, rate: configuration.rate, isLast: isLast)
        shadow?.evaluation = evaluation
    }

    /// Lets a shadow's leg go.
    mutating func endShadow(_ id: LegID, _ outcome: AttemptRecord.Outcome, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool.remove(id) else { return }
        actions += [.command(leg.id, .cancel), .discard(leg.id)]
        ran(leg, outcome, now: now, &actions)
        for number in leg.channels { compare(number, isLast: true) }
    }

    /// Lets all of a shadow's legs go.
    mutating func endShadow(now: Instant, _ actions: inout [SessionAction]) {
        while let leg = pool.legs.first(where: \.isShadow) { endShadow(leg.id, .cancelled, now: now, &actions) }
    }
}
