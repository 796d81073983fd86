import Speech

/// Clients that send audio faster than it is spoken, to an engine of limited pace: the client is done long before its engine.
extension SessionMachine {
    /// Maximum audio that may be left to send when the client is done. More audio than this goes to an engine for recordings.
    private static var maxAhead: Duration { .seconds(5) }

    /// Has the unsent audio recognised as a recording, if legs would take long to send it. Called when the client is done and the legs have been told
    /// to finish.
    mutating func recognizeRest(now: Instant, _ actions: inout [SessionAction]) {
        guard !configuration.repairers.isEmpty else { return }
        let most = SampleCount(Self.maxAhead, at: configuration.rate)
        for id in pool.legs.map(\.id) {
            guard let leg = pool[id], let pace = leg.pacing else { continue }
            guard !leg.isFailed, !leg.isDraining, timeline.end - leg.sentThrough > most else { continue }
            let places = leg.channels.compactMap { number in channelStates[number].place(of: id).map { (number: number, place: $0) } }
            let isAlone =
                places.count == leg.channels.count
                && places.allSatisfy {
                    channelStates[$0.number].spans[$0.place].end == nil && channelStates[$0.number].spans[$0.place].sources == [id]
                }
            guard isAlone else { continue }
            guard let splice = rest(behind: leg.sentThrough, leg.channels) else { continue }
            pool.change(id) { $0.hurry(to: splice) }
            let waiting = (timeline.end - splice).duration(at: configuration.rate)
            for (number, place) in places {
                channelStates[number].endSpan(at: splice)
                channelStates[number].beginSpan(at: splice, through: timeline.end)
                // The repair may take as long as the engine would have taken, so no client waits longer because of it.
                lose(
                    number, place + 1, by: leg.engine, .timedOut("The audio arrived faster than \(leg.engine) accepts it."), isAhead: true,
                    within: waiting / pace + configuration.repairTime, now: now, &actions)
            }
        }
    }

    /// Returns the place where a leg may end: in the longest silence of all its channels that comes soon; nil if there is none. A leg that ends
    /// within a word covers the word without saying it. A longer silence is safer, because engines place words inexactly.
    private func rest(behind sent: SampleIndex, _ channels: Range<Int>) -> SampleIndex? {
        guard configuration.measuresLoudness else { return nil }
        let last = sent + SampleCount(Self.maxAhead, at: configuration.rate)
        var best: (length: SampleCount, start: SampleIndex)?
        var place = sent
        while place <= last {
            let silences = channels.map { channelStates[$0].speech.silence(after: place, received: timeline.end) }
            guard silences.allSatisfy({ $0 != nil }), let next = silences.compactMap(\.self).max() else { break }
            guard next == place else {
                place = next
                continue
            }
            let rest = SampleRange(place, timeline.end)
            let onset = channels.compactMap { channelStates[$0].speech.hull(in: rest)?.start }.min() ?? timeline.end
            if onset - place > best?.length ?? .zero { best = (onset - place, place) }
            // Moves into the loud audio; the next silence lies behind it.
            place = onset + SampleCount(1)
        }
        return best.map { $0.start + SampleCount($0.length.samples / 2) }
    }

    /// Sends the audio of a span to an engine at the engine's pace, because no engine can recognise it as a recording.
    mutating func sendAtPace(_ number: Int, _ place: Int, _ cause: EngineError, now: Instant, _ actions: inout [SessionAction]) {
        guard pool.choice.rejection == nil else {
            channelStates[number].spans[place].need = .lost(cause, at: now, later: nil)
            return
        }
        channelStates[number].spans[place].need = .none
        let start = channelStates[number].spans[place].start
        // Within speech, the leg begins in the silence before.
        let isSilent = channelStates[number].speech.silence(after: start, received: timeline.end) == start
        let channels = number..<number + 1
        for var leg in pool.newLegs(of: channels, engine: pool.choice.best, from: isSilent ? start : lookBack(from: start, channels)) {
            leg.enqueue(.finish, at: timeline.end)
            pool.add(leg)
            channelStates[number].join(leg, at: place)
            pool.open(leg.id, now: now, &actions)
        }
    }
}
