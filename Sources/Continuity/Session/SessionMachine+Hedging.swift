import Speech

/// Hedged mode: two engines hear the session; for each span of speech the first final wins.
extension SessionMachine {
    /// Commits what members have made final, in the order in which it came, for as long as an island is not another's.
    mutating func settleFirst(_ number: Int, mustGo: Bool, now: Instant, _ actions: inout [SessionAction]) {
        while let index = nextFirst(in: number, mustGo: mustGo, now: now) {
            let member = lanes[number].panel.members[index]
            var final = lanes[number].panel.take(fromMember: index)
            let through = lanes[number].stitcher.committedThrough
            let source = Lane.Source.leg(member.leg)
            // Where its words lie in it nobody may know: then it is new, or it is not.
            let isOld = !hasTimes(member.engine) && isSettled(final.words, of: SampleRange(final.start, final.end), from: source, in: number)
            let words = isOld ? [] : fresh(final.words, of: member, saidIn: SampleRange(final.start, final.end), in: number)
            let spoken = max(through, words.last?.range.end ?? through)
            if !mustGo, !final.isDoubtful, final.end > spoken, words.isEmpty || hasTimes(member.engine),
                isWaitedFor(final.end, in: number, besides: index) || hasWords(before: final.end, in: number, besides: index),
                lanes[number].speech.isLoud(in: SampleRange(spoken, final.end))
            {
                // Where it has no words, others may have some.
                var rest = final
                rest.words = []
                rest.isDoubtful = true
                if words.isEmpty {
                    lanes[number].remember(final.words, of: source)
                    lanes[number].panel.putBack(rest, toMember: index)
                    continue
                }
                rest.reason = .pause
                rest.answer = nil
                lanes[number].panel.putBack(rest, toMember: index)
                final.end = spoken
            }
            if hasTimes(member.engine) { lanes[number].stitcher.hearGap(final.words, by: member.engine) }
            conclude(final, words, from: source, member.engine, in: number, &actions)
            if !words.isEmpty || lanes[number].panel.owner == member.leg {
                lanes[number].panel.owner = final.reason == .length && !member.isGone ? member.leg : nil
            }
        }
    }

    /// The member whose next final is to be settled; nil: all that is there waits.
    private func nextFirst(in number: Int, mustGo: Bool, now: Instant) -> Int? {
        let panel = lanes[number].panel
        let through = lanes[number].stitcher.committedThrough
        // Words come before the silence that others say is there.
        var first: (index: Int, isDoubtful: Bool, at: Instant)?
        let counting = counting(in: number)
        // What has no words is not believed while others have some.
        let isOverdue = counting.contains { index in
            panel.members[index].finals.first.map { $0.isDoubtful && $0.end > through && deadline(of: $0) <= now } ?? false
        }
        // Nor does an island stay another's in which that has no words.
        let owner = panel.owner.flatMap { panel.index(of: $0) }.flatMap {
            panel.members[$0].finals.first?.isDoubtful == true ? nil : panel.members[$0].leg
        }
        for index in counting {
            guard let final = panel.members[index].finals.first else { continue }
            let isFree = owner == nil || owner == panel.members[index].leg || isOverdue
            let isSure = !final.isDoubtful || !isWaitedFor(final.end, in: number, besides: index)
            guard mustGo || final.end <= through || isFree && isSure || deadline(of: final) <= now else { continue }
            if let first, (first.isDoubtful ? 1 : 0, first.at) <= (final.isDoubtful ? 1 : 0, final.at) { continue }
            first = (index, final.isDoubtful, final.at)
        }
        return first?.index
    }

    /// Returns true if other members have said words that are not settled and begin before `end`.
    private func hasWords(before end: SampleIndex, in number: Int, besides index: Int) -> Bool {
        let members = lanes[number].panel.members
        return counting(in: number).contains { $0 != index && members[$0].finals.contains { !$0.words.isEmpty && $0.start < end } }
    }

    /// Returns true if other members have not yet said what they hear through `end`, and will say it.
    private func isWaitedFor(_ end: SampleIndex, in number: Int, besides index: Int) -> Bool {
        let members = lanes[number].panel.members
        return counting(in: number).contains { $0 != index && members[$0].through < end && isAwaited(members[$0]) }
    }
}
