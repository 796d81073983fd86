import Speech

/// The vote on the words that several engines heard, interval by interval.
extension Lane {
    /// An interval that a member has finished, and what it says there.
    private struct Motion {
        var member: Int
        /// The index of the member's final at whose end the interval ends.
        var final: Int
        var end: SampleIndex
    }

    /// Commits what all members have made final, or what has waited for long enough.
    mutating func settleByVote(mustGo: Bool, _ moment: ChannelMoment, _ actions: inout [ChannelAction]) {
        dropSettled(&actions)
        while let motion = nextMotion(mustGo: mustGo, moment) {
            carry(motion, &actions)
            dropSettled(&actions)
        }
    }

    /// Drops finals that end before the end of the committed audio and have no new words: they came too late. Their ends of turns and answers to
    /// finalizes still count. Finals with words that nobody has voted on stay.
    private mutating func dropSettled(_ actions: inout [ChannelAction]) {
        for index in counting() {
            let member = panel.members[index]
            while let first = panel.members[index].finals.first, first.end <= stitcher.committedThrough,
                fresh(first.words, of: member).isEmpty
            { drop(ofMember: index, &actions) }
        }
    }

    private mutating func drop(ofMember index: Int, _ actions: inout [ChannelAction]) {
        let member = panel.members[index]
        conclude(panel.take(fromMember: index), [], from: Speaker(.leg(member.leg), member.engine), &actions)
    }

    // MARK: - What is voted on

    private func nextMotion(mustGo: Bool, _ moment: ChannelMoment) -> Motion? {
        let members = panel.members
        let counting = counting()
        // In the middle of speech: what all have heard, and what waits no longer.
        var pause: Motion?, heard: Motion?, due: Motion?
        var waits = false
        func later(_ motion: Motion, _ other: Motion?) -> Motion { other.map { $0.end >= motion.end ? $0 : motion } ?? motion }
        for index in counting {
            for (place, final) in members[index].finals.enumerated() {
                let motion = Motion(member: index, final: place, end: final.end)
                let isDue = mustGo || deadline(of: final) <= moment.now
                let isHeard = counting.allSatisfy { !isAwaited(members[$0], moment) || hasHeard(members[$0], motion) }
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

    /// Returns true if a member has made final all that it hears in the interval.
    private func hasHeard(_ member: Panel.Member, _ motion: Motion) -> Bool {
        let mover = panel.members[motion.member]
        if member.leg == mover.leg { return true }
        let through = max(member.through, stitcher.committedThrough)
        var end = motion.end
        // Engines differ by tenths of a second on where a word is.
        let margin = SampleCount(.milliseconds(300), at: settings.rate)
        if member.through >= end + margin || !member.isInSpeech && member.through >= end { return true }
        let new = fresh(mover.words(through: motion.final), of: mover)
        // Who was cut in the middle of speech may say the last word in his next final.
        if member.through >= end { return says(member, lastOf: new, of: mover) }
        let rest = new.last
        if let last = rest.map(stitcher.moved)?.range {
            // Of a word of which a part is committed the rest begins where somebody speaks.
            let loud = speech.hull(in: last) ?? last
            if !member.isInSpeech, member.through >= max(loud.middle, last.end - margin) { return true }
            end = max(end, last.end + margin)
        }
        return isQuiet(SampleRange(through, end))
    }

    /// Returns true if a member has said the last of these words.
    private func says(_ member: Panel.Member, lastOf words: [Word], of mover: Panel.Member) -> Bool {
        let ear = Seam.Ear(rate: settings.rate, origin: mover.origin, hasTimes: settings.hasTimes(mover.engine), others: settings.hasTimes(member.engine))
        return Seam.fresh(words, after: fresh(member.words(), of: member), through: member.through, ear).isEmpty
    }

    // MARK: - The vote

    private mutating func carry(_ motion: Motion, _ actions: inout [ChannelAction]) {
        let members = panel.members
        let mover = members[motion.member]
        let said = mover.words(through: motion.final)
        let heard = fresh(said, of: mover)
        var final = mover.finals[motion.final]
        let first = Ballot(member: mover, rank: settings.rank(mover.engine), words: heard, said: said)
        var ballots = [first]
        for index in counting() where index != motion.member && hasHeard(members[index], motion) {
            ballots.append(ballot(of: members[index], beside: first, through: motion.end))
            agree(members[index], with: &final)
        }
        for ballot in ballots { actions.append(.works(ballot.member.leg)) }
        ballots.sort { $0.rank < $1.rank }
        let untimed = ballots.indices.filter { !settings.hasTimes(ballots[$0].member.engine) }
        let elected = WordVote.words(of: ballots.map(\.words), rate: settings.rate, untimed: Set(untimed))
        let engine = ballots.first { !$0.words.isEmpty }?.member.engine ?? mover.engine
        conclude(final, elected, from: Speaker(.vote, engine), &actions)
        // What each has said, whatever was elected: its next words are compared with it.
        for ballot in ballots { remember(ballot.said, of: .leg(ballot.member.leg)) }
        // All of the mover's words were voted on: whatever came of that, they are settled. Of the others' there may be more.
        for _ in 0...motion.final { drop(ofMember: motion.member, &actions) }
    }

    /// The words of a member in an interval.
    private struct Ballot {
        var member: Panel.Member
        var rank: Int
        /// The words that are not committed.
        var words: [Word]
        /// All whole words that it has said until then.
        var said: [Word]
    }

    /// - Parameter first: the mover's.
    private func ballot(of member: Panel.Member, beside first: Ballot, through end: SampleIndex) -> Ballot {
        let said = member.words()
        let new = fresh(said, of: member)
        let ear = Seam.Ear(
            rate: settings.rate, origin: member.origin, hasTimes: settings.hasTimes(member.engine), others: settings.hasTimes(first.member.engine))
        let behind = Seam.fresh(new, after: first.words, through: end, ear)
        var words = Array(new.dropLast(behind.count))
        // Of a word that only begins in the interval, what is said in it.
        if let rest = behind.first, let part = new[words.count].part(before: rest) { words.append(part) }
        return Ballot(member: member, rank: settings.rank(member.engine), words: words, said: Array(said.dropLast(behind.count)))
    }

    /// A turn is over when one of those who heard it to its end says so, and a finalize is answered when one has.
    private func agree(_ member: Panel.Member, with final: inout Panel.Final) {
        let margin = SampleCount(.milliseconds(300), at: settings.rate)
        for other in member.finals where other.end <= final.end + margin {
            if let answer = other.answer, answer > panel.answered, answer > final.answer ?? 0 {
                final.answer = answer
                final.reason = .flush
            }
            if other.reason == .endOfTurn, other.end + margin >= final.end, final.reason == .pause || final.reason == .length {
                final.reason = .endOfTurn
            }
        }
    }
}

extension Word {
    /// Returns the part of the word that is said before `rest`, which is the end of the word. Nil if `rest` is the whole word.
    fileprivate func part(before rest: Word) -> Word? {
        let tokens = SpokenForm.tokens(of: self).dropLast(SpokenForm.tokens(of: rest).count)
        guard !tokens.isEmpty else { return nil }
        var part = self
        part.text = tokens.joined(separator: " ")
        part.range = SampleRange(range.start, rest.range.start)
        return part
    }
}
