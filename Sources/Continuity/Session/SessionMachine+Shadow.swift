import Speech

/// A second engine that hears the session, for comparison only. It has no effect on the client's results.
extension SessionMachine {
    /// Lets another engine hear the audio from now on. The shadow's present legs are closed.
    mutating func openShadow(now: Instant, _ actions: inout [SessionAction]) {
        endShadow(now: now, &actions)
        guard case .running = state else { return }
        guard let free = pool.choice.free(besides: pool.numbers(of: pool.legs.filter { !$0.isFailed }.map(\.engine))) else { return }
        let engine = configuration.engines[free].name
        shadow = ShadowSession(engine, after: shadow, channels: channelStates.count, from: timeline.end, rate: configuration.rate)
        for leg in pool.newLegs(of: channelStates.indices, engine: free, from: timeline.end, isShadow: true) {
            pool.add(leg)
            pool.open(leg.id, now: now, &actions)
        }
    }

    /// Accepts an event of a shadow's leg.
    mutating func shadow(_ event: EngineEvent, from id: LegID, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool[id] else { return }
        switch event {
        case .opened:
            // The shadow is never behind: it does not hear audio that came while it was opening.
            if leg.isPaced, timeline.end - leg.origin > slack {
                pool.change(id) { $0.begin(at: timeline.end) }
                shadow?.begin(leg.channels, at: timeline.end)
            }
            pool.change(id) { $0.opened(now: now) }
            actions += pump(now: now)
        case .final(let hypothesis, _):
            pool.change(id) { $0.answered(now: now, isBehind: false, words: (hypothesis.words.count, true)) }
            shadow?.hear(hypothesis)
        case .interim(let hypothesis): pool.change(id) { $0.answered(now: now, isBehind: false, words: (hypothesis.words.count, false)) }
        case .closed(let error):
            let isComplete = error == nil && leg.isDraining
            endShadow(id, isComplete ? .completed : .failed(error ?? .unavailable("The engine closed the stream.")), now: now, &actions)
        case .speechStarted, .turnEnded, .flushed, .skipped, .notice: break
        }
    }

    /// Closes one of the shadow's legs.
    mutating func endShadow(_ id: LegID, _ outcome: AttemptRecord.Outcome, now: Instant, _ actions: inout [SessionAction]) {
        guard let leg = pool.remove(id) else { return }
        actions += [.command(leg.id, .cancel), .discard(leg.id)]
        ran(leg, outcome, now: now, &actions)
        shadow?.end(leg.channels)
    }

    /// Closes all of the shadow's legs.
    mutating func endShadow(now: Instant, _ actions: inout [SessionAction]) {
        while let leg = pool.legs.first(where: \.isShadow) { endShadow(leg.id, .cancelled, now: now, &actions) }
    }
}
