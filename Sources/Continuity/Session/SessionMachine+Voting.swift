import Speech

/// What several engines heard is voted on, interval by interval.
extension SessionMachine {
    /// An interval that a member has finished, and what it says there.
    private struct Motion {
        var member: Int
        /// Of the member's finals, the one at whose end it ends.
        var final: Int
        var end: SampleIndex
    }

    /// Commits what all members have made final, or what has waited for long enough.
    mutating func settleByVote(_ number: Int, mustGo: Bool, now: Instant, _ actions: inout [SessionAction]) {
        dropSettled(in: number, &actions)
        while let motion = nextMotion(in: number, mustGo: mustGo, now: now) {
            carry(motion, in: number, &actions)
            dropSettled(in: number, &actions)
        }
    }

    /// What ends before the end of what is committed came too late, but for what it says of turns and finalizes.
    private mutating func dropSettled(in number: Int, _ actions: inout [SessionAction]) {
        for index in counting(in: number) {
            while let first = lanes[number].panel.members[index].finals.first, first.end <= lanes[number].stitcher.committedThrough {
                let member = lanes[number].panel.members[index]
                conclude(lanes[number].panel.take(fromMember: index), [], from: .leg(member.leg), member.engine, in: number, &actions)
            }
        }
    }

    // MARK: - What is voted on

    private func nextMotion(in number: Int, mustGo: Bool, now: Instant) -> Motion? {
        let members = lanes[number].panel.members
        let counting = counting(in: number)
        // In the middle of speech: what all have heard, and what waits no longer.
        var pause: Motion?, heard: Motion?, due: Motion?
        var waits = false
        func later(_ motion: Motion, _ other: Motion?) -> Motion { other.map { $0.end >= motion.end ? $0 : motion } ?? motion }
        for index in counting {
            for (place, final) in members[index].finals.enumerated() {
                let motion = Motion(member: index, final: place, end: final.end)
                let isDue = mustGo || deadline(of: final) <= now
                let isHeard = counting.allSatisfy { !isAwaited(members[$0]) || hasHeard(members[$0], motion, in: number) }
                if final.reason == .length {
                    if isDue { due = later(motion, due) }
                    if isHeard { heard = later(motion, heard) }
                } else if isDue || isHeard {
                    pause = later(motion, pause)
                } else {
                    waits = true
                }
            }
        }
        // A pause is a better place to cut.
        return pause ?? due ?? (waits ? nil : heard)
    }

    /// Whether a member has made final what it hears in the interval.
    private func hasHeard(_ member: Panel.Member, _ motion: Motion, in number: Int) -> Bool {
        let mover = lanes[number].panel.members[motion.member]
        if member.leg == mover.leg || member.through >= motion.end { return true }
        if let answer = mover.finals[motion.final].answer, member.answers >= answer { return true }
        let through = max(member.through, lanes[number].stitcher.committedThrough)
        if let last = mover.words(through: motion.final).last, last.range.end > lanes[number].stitcher.committedThrough {
            if member.through >= last.range.end { return true }
            // Engines differ by tenths of a second on where a word ends.
            let margin = SampleCount(.milliseconds(300), at: configuration.rate)
            if !member.isInSpeech, member.through >= max(last.middle, last.range.end - margin) { return true }
        }
        guard configuration.measuresLoudness else { return false }
        let loud = lanes[number].speech.loudness(in: SampleRange(through, motion.end))
        return loud < SampleCount(.milliseconds(50), at: configuration.rate)
    }

    // MARK: - The vote

    private mutating func carry(_ motion: Motion, in number: Int, _ actions: inout [SessionAction]) {
        let rate = configuration.rate
        let members = lanes[number].panel.members
        let mover = members[motion.member]
        let heard = fresh(mover.words(through: motion.final), of: mover, in: number)
        var final = mover.finals[motion.final]
        var ballots: [(rank: Int, leg: LegID, engine: EngineName, words: [Word])] = []
        for index in counting(in: number) where hasHeard(members[index], motion, in: number) {
            let member = members[index]
            let rank = configuration.engines.firstIndex { $0.name == member.engine } ?? .max
            outages[member.leg] = nil
            guard index != motion.member else {
                ballots.append((rank, member.leg, member.engine, heard))
                continue
            }
            let words = fresh(member.words(), of: member, in: number)
            ballots.append((rank, member.leg, member.engine, Array(words.prefix(words.count - countBehind(motion, words, heard, in: number)))))
            agree(member, with: &final, in: number)
        }
        ballots.sort { $0.rank < $1.rank }
        let elected = WordVote.words(of: ballots.map(\.words), rate: rate)
        let engine = ballots.first { !$0.words.isEmpty }?.engine ?? mover.engine
        conclude(final, elected, from: .vote, engine, in: number, &actions)
        // What each has said of it, whatever was elected: its next words are compared with it.
        for ballot in ballots { lanes[number].remember(ballot.words, of: .leg(ballot.leg)) }
    }

    /// How many of a member's last words lie behind an interval, whose words the mover has as `heard`.
    private func countBehind(_ motion: Motion, _ words: [Word], _ heard: [Word], in number: Int) -> Int {
        let reason = lanes[number].panel.members[motion.member].finals[motion.final].reason
        if reason == .pause || reason == .endOfTurn, let cut = pause(around: motion.end, in: number) {
            return words.reversed().prefix { $0.middle >= cut }.count
        }
        return min(
            words.count, Seam.fresh(words, after: heard, through: motion.end, Seam.Ear(rate: configuration.rate, origin: nil, earlier: [])).count)
    }

    /// A turn is over when one of those who heard it to its end says so, and a finalize is answered when one has.
    private func agree(_ member: Panel.Member, with final: inout Panel.Final, in number: Int) {
        let margin = SampleCount(.milliseconds(300), at: configuration.rate)
        for other in member.finals where other.end <= final.end + margin {
            if let answer = other.answer, answer > lanes[number].panel.answered, answer > final.answer ?? 0 {
                final.answer = answer
                final.reason = .flush
            }
            if other.reason == .endOfTurn, other.end + margin >= final.end, final.reason == .pause || final.reason == .length {
                final.reason = .endOfTurn
            }
        }
    }
}
