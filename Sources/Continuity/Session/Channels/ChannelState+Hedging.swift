import Speech

/// Hedged mode: two engines hear the session; for each span of speech the first final wins.
extension ChannelState {
    /// Commits the participants' finals in the order in which they came. A participant that has begun an island of speech says the rest of the island
    /// too.
    mutating func settleFirst(mustGo: Bool, _ moment: ChannelMoment, _ actions: inout [ChannelAction]) {
        while let index = nextFirst(mustGo: mustGo, moment) {
            let participant = ensemble.participants[index]
            var final = ensemble.take(fromParticipant: index)
            let through = stitcher.committedThrough
            let speaker = Speaker(.leg(participant.leg), participant.engine)
            // Without word times, the final is new as a whole or old as a whole.
            let isOld =
                !settings.hasTimes(participant.engine) && isSettled(final.words, of: SampleRange(final.start, final.end), from: speaker.source)
            let words = isOld ? [] : fresh(final.words, of: participant, saidIn: SampleRange(final.start, final.end))
            let spoken = max(through, words.last?.range.end ?? through)
            if !mustGo, !final.isDoubtful, final.end > spoken, words.isEmpty || settings.hasTimes(participant.engine),
                isWaitedFor(final.end, besides: index, moment) || hasWords(before: final.end, besides: index),
                speech.isLoud(in: SampleRange(spoken, final.end))
            {
                // Other participants may hear words where this one has none.
                var rest = final
                rest.words = []
                rest.isDoubtful = true
                if words.isEmpty {
                    remember(final.words, of: speaker.source)
                    ensemble.putBack(rest, toParticipant: index)
                    continue
                }
                rest.reason = .pause
                rest.answer = nil
                ensemble.putBack(rest, toParticipant: index)
                final.end = spoken
            }
            if settings.hasTimes(participant.engine) { stitcher.hearGap(final.words, by: participant.engine) }
            conclude(final, words, from: speaker, &actions)
            if !words.isEmpty || ensemble.owner == participant.leg {
                ensemble.owner = final.reason == .length && !participant.isGone ? participant.leg : nil
            }
        }
    }

    /// Returns the participant whose next final is to be settled; nil: all finals must wait.
    private func nextFirst(mustGo: Bool, _ moment: ChannelMoment) -> Int? {
        let ensemble = ensemble
        let through = stitcher.committedThrough
        // Finals with words come before finals that report silence.
        var first: (index: Int, isDoubtful: Bool, at: Instant)?
        let counting = counting()
        // A final without words is doubted while other participants have words for its audio.
        let isOverdue = counting.contains { index in
            ensemble.participants[index].finals.first.map { $0.isDoubtful && $0.end > through && deadline(of: $0) <= moment.now } ?? false
        }
        // A participant also loses an island in which its next final is in doubt.
        let owner = ensemble.owner.flatMap { ensemble.index(of: $0) }.flatMap {
            ensemble.participants[$0].finals.first?.isDoubtful == true ? nil : ensemble.participants[$0].leg
        }
        for index in counting {
            guard let final = ensemble.participants[index].finals.first else { continue }
            let isFree = owner == nil || owner == ensemble.participants[index].leg || isOverdue
            let isSure = !final.isDoubtful || !isWaitedFor(final.end, besides: index, moment)
            guard mustGo || final.end <= through || isFree && isSure || deadline(of: final) <= moment.now else { continue }
            if let first, (first.isDoubtful ? 1 : 0, first.at) <= (final.isDoubtful ? 1 : 0, final.at) { continue }
            first = (index, final.isDoubtful, final.at)
        }
        return first?.index
    }

    /// Returns true if other participants have said words that are not settled and begin before `end`.
    private func hasWords(before end: SampleIndex, besides index: Int) -> Bool {
        let participants = ensemble.participants
        return counting().contains { $0 != index && participants[$0].finals.contains { !$0.words.isEmpty && $0.start < end } }
    }

    /// Returns true if another participant is still to say what it hears before `end`.
    private func isWaitedFor(_ end: SampleIndex, besides index: Int, _ moment: ChannelMoment) -> Bool {
        let participants = ensemble.participants
        return counting().contains { $0 != index && participants[$0].through < end && isAwaited(participants[$0], moment) }
    }
}
