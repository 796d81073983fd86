package import Speech

extension SessionMachine {
    /// Notes that the audio of `range` is loud enough to be speech. Called in order, before `received` counts the audio, if
    /// `Configuration.measuresLoudness` is set.
    package mutating func noteLoud(_ range: SampleRange, in channel: ChannelIndex) { channelStates[channel.number].speech.add(range) }

    /// True until the end of the session or of the client's audio.
    package var takesAudio: Bool { !isEnded && !clientIsDone }

    /// Gives received audio its place. The driver journals it, then sends it to the legs that the receipt names, which count it as sent.
    ///
    /// - Returns: nil after the end of the audio.
    package mutating func received(_ count: SampleCount, now: Instant) -> AudioReceipt? {
        guard takesAudio else { return nil }
        let range = timeline.append(count)
        var receipt = AudioReceipt(range: range, needsPump: isHoldingClient || pool.hasDormant || repairWaits)
        let channelStates = channelStates, measuresLoudness = configuration.measuresLoudness
        pool.take(&receipt, now: now) { channels in measuresLoudness && channelStates.areLoud(in: range, of: channels) }
        return receipt
    }

    /// Returns true if `range` has speech that a leg with these channels has to answer.
    func isLoud(_ range: SampleRange, in channels: Range<Int>) -> Bool {
        configuration.measuresLoudness && channelStates.areLoud(in: range, of: channels)
    }

    /// True when nothing waits: no leg has a backlog or a queued command, and `pump` would do nothing.
    var isCaughtUp: Bool {
        !isHoldingClient && !repairWaits && pool.isCaughtUp(received: timeline.end)
    }

    /// Does the work that is due: sends waiting audio and commands, and gives up legs and repairs that have taken too long.
    package mutating func pump(now: Instant) -> [SessionAction] {
        var actions: [SessionAction] = []
        watch(now: now, &actions)
        guard !isEnded else { return actions }
        openDue(now: now, &actions)
        let channelStates = channelStates, measuresLoudness = configuration.measuresLoudness
        pool.send(received: timeline.end, most: replayPiece, now: now, &actions) { range, channels in
            measuresLoudness && channelStates.areLoud(in: range, of: channels)
        }
        let slowest = pool.sentThrough ?? timeline.end
        let waiting = timeline.end - slowest
        if !isHoldingClient && waiting > maxWaiting {
            isHoldingClient = true
            actions.append(.report(.holdClient(true)))
        } else if isHoldingClient && waiting.samples < maxWaiting.samples / 2 {
            isHoldingClient = false
            actions.append(.report(.holdClient(false)))
        }
        return actions
    }

    /// Returns the time when `pump` has more to do; nil if no work waits for a time.
    package func nextPump(now: Instant) -> Instant? {
        guard let watch = nextWatch(now: now) else { return pool.nextSend(received: timeline.end, now: now) }
        return pool.nextSend(received: timeline.end, now: now).map { min($0, watch) } ?? watch
    }

    /// The start of the audio that may still be read: audio that a leg was not sent, the audio of a repair, and what a next leg or a repair hears
    /// before the audio that is missing. No audio before this place is replayed or repaired any more.
    package var readsFrom: SampleIndex {
        // Audio that was asked for before the end may be read behind it.
        guard !isEnded else { return .zero }
        var first = timeline.end
        for leg in pool.legs where !leg.isFailed { first = min(first, leg.sentThrough) }
        first = min(first, seamFrom)
        for channelState in channelStates {
            for span in channelState.spans {
                switch span.need {
                case .none, .silence, .repaired: break
                case .repair(let plan):
                    first = min(first, plan.rest.start - reach - reach)
                    for asked in [plan.asked, plan.beside].compactMap(\.self) { first = min(first, asked.range.start) }
                case .lost(_, _, let later): if let later { first = min(first, later.range.start) }
                }
            }
        }
        return max(.zero, min(first, deferred.readsFrom ?? first))
    }

    /// The start of the settled audio that a repair or a leg may hear again, so that its first word is whole.
    var seamFrom: SampleIndex {
        let settled = channelStates.lazy.map(\.stitcher.committedThrough).min() ?? .zero
        return max(.zero, settled - reach - reach)
    }

    private mutating func openDue(now: Instant, _ actions: inout [SessionAction]) {
        let rejection = pool.choice.rejection
        for id in pool.due(received: timeline.end, now: now) where !isEnded {
            guard let leg = pool[id] else { continue }
            if let rejection {
                replace(leg, rejection, now: now, &actions)
                continue
            }
            let number = pool.choice.number(of: leg.engine)
            if hasEnsemble {
                openParticipant(leg, at: number, now: now, &actions)
            } else if pool.choice.isAvoided(number) {
                reassign(leg, to: pool.choice.best, now: now, &actions)
            } else {
                pool.open(id, now: now, &actions)
            }
        }
    }
}

extension [ChannelState] {
    /// Returns true if `range` is loud in one of the channels.
    fileprivate func areLoud(in range: SampleRange, of channels: Range<Int>) -> Bool {
        channels.contains { self[$0].speech.end > range.start && self[$0].speech.isLoud(in: range) }
    }
}
