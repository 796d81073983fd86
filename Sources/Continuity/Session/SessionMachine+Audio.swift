package import Speech

extension SessionMachine {
    /// The audio of `range` is loud enough to be speech. Said of audio before `received` counts it, in order, where `Configuration.measuresLoudness` is
    /// set.
    package mutating func noteLoud(_ range: SampleRange, in channel: ChannelIndex) { lanes[channel.number].speech.add(range) }

    /// Gives received audio its place. The driver journals it, then sends it to the legs that the arrival names, which count it as sent.
    ///
    /// - Returns: nil after the end of the audio.
    package mutating func received(_ count: SampleCount, now: Instant) -> Arrival? {
        guard !isEnded, !clientIsDone else { return nil }
        let range = timeline.append(count)
        var arrival = Arrival(range: range, needsPump: isHoldingClient || !dormant.isEmpty || repairWaits)
        for index in legs.indices {
            if legs[index].isDraining || legs[index].isFailed { continue }
            if legs[index].slot < Arrival.maxLegs, legs[index].take(range, now: now) {
                arrival.add(legIn: legs[index].slot)
                if legs[index].owesSince == nil, isLoud(range, for: legs[index]) {
                    legs[index].owes(now: now)
                    // For the driver to set its timer.
                    arrival.needsPump = true
                }
            } else {
                arrival.needsPump = true
            }
        }
        return arrival
    }

    /// Returns true if `range` has speech that the leg has to answer.
    func isLoud(_ range: SampleRange, for leg: Leg) -> Bool {
        configuration.measuresLoudness && leg.channels.contains { lanes[$0].speech.end > range.start && lanes[$0].speech.isLoud(in: range) }
    }

    /// True when nothing waits: no leg has a backlog or a queued command, and `pump` would do nothing.
    var isCaughtUp: Bool {
        !isHoldingClient && openings.isEmpty && !repairWaits
            && legs.allSatisfy { $0.isDraining || $0.isFailed || $0.sentThrough == timeline.end && $0.isOpen && !$0.hasCommands }
    }

    /// Does what is due: sends what waits and may go, and gives up what has waited for too long.
    package mutating func pump(now: Instant) -> [SessionAction] {
        var actions: [SessionAction] = []
        watch(now: now, &actions)
        guard !isEnded else { return actions }
        openDue(now: now, &actions)
        for index in legs.indices {
            var moved = true
            while moved {
                moved = false
                if let range = legs[index].nextSend(received: timeline.end, most: replayPiece, now: now) {
                    legs[index].sent(through: range.end)
                    if legs[index].owesSince == nil, isLoud(range, for: legs[index]) { legs[index].owes(now: now) }
                    actions.append(.replay(legs[index].id, range))
                    moved = true
                }
                while let command = legs[index].nextCommand(now: now) {
                    actions.append(.command(legs[index].id, command))
                    moved = true
                }
            }
        }
        let slowest = legs.lazy.filter { !$0.isDraining && !$0.isFailed && !$0.isShadow }.map(\.sentThrough).min() ?? timeline.end
        let waiting = timeline.end - slowest
        if !isHoldingClient && waiting > maxWaiting {
            isHoldingClient = true
            actions.append(.holdClient(true))
        } else if isHoldingClient && waiting.samples < maxWaiting.samples / 2 {
            isHoldingClient = false
            actions.append(.holdClient(false))
        }
        return actions
    }

    /// Returns the time when `pump` has more to do, if only time holds that work back.
    package func nextPump(now: Instant) -> Instant? {
        var next = nextWatch(now: now)
        func consider(_ time: Instant?) { if let time { next = min(next ?? time, time) } }
        for leg in legs { consider(leg.nextAllowance(received: timeline.end, now: now)) }
        for opening in openings { consider(opening.at) }
        return next
    }

    private mutating func openDue(now: Instant, _ actions: inout [SessionAction]) {
        guard !openings.isEmpty || !dormant.isEmpty else { return }
        let refusal = recovery.refusal
        var due = openings.filter { refusal != nil || $0.at <= now }.map(\.id)
        let isWanted = refusal != nil || legs.contains { dormant.contains($0.id) && ($0.origin < timeline.end || $0.hasCommands) }
        if isWanted {
            due += dormant.sorted { $0.number < $1.number }
            dormant = []
        }
        openings.removeAll { due.contains($0.id) }
        for id in due where !isEnded {
            if let refusal {
                abandon(id, refusal, now: now, &actions)
                continue
            }
            guard let leg = legs.first(where: { $0.id == id }), let number = configuration.engines.firstIndex(where: { $0.name == leg.engine })
            else { continue }
            if isPanel {
                openMember(leg, at: number, now: now, &actions)
            } else if recovery.isAvoided(number) {
                reassign(leg, to: recovery.best, now: now, &actions)
            } else {
                open(id, now: now, &actions)
            }
        }
    }
}
