import Speech

/// Hedged mode: two engines hear the session; for each span of speech the first final wins.
extension Lane {
    /// Commits what members have made final, in the order in which it came, for as long as an island is not another's.
    mutating func settleFirst(mustGo: Bool, _ moment: ChannelMoment, _ actions: inout [ChannelAction]) {
        while let index = nextFirst(mustGo: mustGo, moment) {
            let member = panel.members[index]
            var final = panel.take(fromMember: index)
            let through = stitcher.committedThrough
            let speaker = Speaker(.leg(member.leg), member.engine)
            // Where its words lie in it nobody may know: then it is new, or it is not.
            let isOld = !settings.hasTimes(member.engine) && isSettled(final.words, of: SampleRange(final.start, final.end), from: speaker.source)
            let words = isOld ? [] : fresh(final.words, of: member, saidIn: SampleRange(final.start, final.end))
            let spoken = max(through, words.last?.range.end ?? through)
            if !mustGo, !final.isDoubtful, final.end > spoken, words.isEmpty || settings.hasTimes(member.engine),
                isWaitedFor(final.end, besides: index, moment) || hasWords(before: final.end, besides: index),
                speech.isLoud(in: SampleRange(spoken, final.end))
            {
                // Where it has no words, others may have some.
                var rest = final
                rest.words = []
                rest.isDoubtful = true
                if words.isEmpty {
                    remember(final.words, of: speaker.source)
                    panel.putBack(rest, toMember: index)
                    continue
                }
                rest.reason = .pause
                rest.answer = nil
                panel.putBack(rest, toMember: index)
                final.end = spoken
            }
            if settings.hasTimes(member.engine) { stitcher.hearGap(final.words, by: member.engine) }
            conclude(final, words, from: speaker, &actions)
            if !words.isEmpty || panel.owner == member.leg {
                panel.owner = final.reason == .length && !member.isGone ? member.leg : nil
            }
        }
    }

    /// The member whose next final is to be settled; nil: all that is there waits.
    private func nextFirst(mustGo: Bool, _ moment: ChannelMoment) -> Int? {
        let panel = panel
        let through = stitcher.committedThrough
        // Words come before the silence that others say is there.
        var first: (index: Int, isDoubtful: Bool, at: Instant)?
        let counting = counting()
        // What has no words is not believed while others have some.
        let isOverdue = counting.contains { index in
            panel.members[index].finals.first.map { $0.isDoubtful && $0.end > through && deadline(of: $0) <= moment.now } ?? false
        }
        // Nor does an island stay another's in which that has no words.
        let owner = panel.owner.flatMap { panel.index(of: $0) }.flatMap {
            panel.members[$0].finals.first?.isDoubtful == true ? nil : panel.members[$0].leg
        }
        for index in counting {
            guard let final = panel.members[index].finals.first else { continue }
            let isFree = owner == nil || owner == panel.members[index].leg || isOverdue
            let isSure = !final.isDoubtful || !isWaitedFor(final.end, besides: index, moment)
            guard mustGo || final.end <= through || isFree && isSure || deadline(of: final) <= moment.now else { continue }
            if let first, (first.isDoubtful ? 1 : 0, first.at) <= (final.isDoubtful ? 1 : 0, final.at) { continue }
            first = (index, final.isDoubtful, final.at)
        }
        return first?.index
    }

    /// Returns true if other members have said words that are not settled and begin before `end`.
    private func hasWords(before end: SampleIndex, besides index: Int) -> Bool {
        let members = panel.members
        return counting().contains { $0 != index && members[$0].finals.contains { !$0.words.isEmpty && $0.start < end } }
    }

    /// Returns true if other members have not yet said what they hear through `end`, and will say it.
    private func isWaitedFor(_ end: SampleIndex, besides index: Int, _ moment: ChannelMoment) -> Bool {
        let members = panel.members
        return counting().contains { $0 != index && members[$0].through < end && isAwaited(members[$0], moment) }
    }
}
