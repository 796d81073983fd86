import Speech

/// The vote on the words that several engines heard, interval by interval.
extension SessionMachine {
    /// An interval that a member has finished, and what it says there.
    private struct Motion {
        var member: Int
        /// The index of the member's final at whose end the interval ends.
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

    /// Drops finals that end before the end of the committed audio and have no new words: they came too late. Their ends of turns and answers to
    /// finalizes still count. Finals with words that nobody has voted on stay.
    private mutating func dropSettled(in number: Int, _ actions: inout [SessionAction]) {
        for index in counting(in: number) {
            let member = lanes[number].panel.members[index]
            while let first = lanes[number].panel.members[index].finals.first, first.end <= lanes[number].stitcher.committedThrough,
                fresh(first.words, of: member, in: number).isEmpty
            { drop(ofMember: index, in: number, &actions) }
        }
    }

    private mutating func drop(ofMember index: Int, in number: Int, _ actions: inout [SessionAction]) {
        let member = lanes[number].panel.members[index]
        conclude(lanes[number].panel.take(fromMember: index), [], from: .leg(member.leg), member.engine, in: number, &actions)
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

    /// Returns true if a member has made final all that it hears in the interval.
    private func hasHeard(_ member: Panel.Member, _ motion: Motion, in number: Int) -> Bool {
        let mover = lanes[number].panel.members[motion.member]
        if member.leg == mover.leg { return true }
        let through = max(member.through, lanes[number].stitcher.committedThrough)
        var end = motion.end
        // Engines differ by tenths of a second on where a word is.
        let margin = SampleCount(.milliseconds(300), at: configuration.rate)
        if member.through >= end + margin || !member.isInSpeech && member.through >= end { return true }
        let new = fresh(mover.words(through: motion.final), of: mover, in: number)
        // Who was cut in the middle of speech may say the last word in his next final.
        if member.through >= end { return says(member, lastOf: new, of: mover, in: number) }
        let rest = new.last
        if let last = rest.map(lanes[number].stitcher.moved)?.range {
            // Of a word of which a part is committed the rest begins where somebody speaks.
            let loud = lanes[number].speech.hull(in: last) ?? last
            if !member.isInSpeech, member.through >= max(loud.middle, last.end - margin) { return true }
            end = max(end, last.end + margin)
        }
        return configuration.measuresLoudness && !lanes[number].speech.isLoud(in: SampleRange(through, end))
    }

    /// Returns true if a member has said the last of these words.
    private func says(_ member: Panel.Member, lastOf words: [Word], of mover: Panel.Member, in number: Int) -> Bool {
        let ear = Seam.Ear(rate: configuration.rate, origin: mover.origin, hasTimes: hasTimes(mover.engine), others: hasTimes(member.engine))
        return Seam.fresh(words, after: fresh(member.words(), of: member, in: number), through: member.through, ear).isEmpty
    }

    // MARK: - The vote

    private mutating func carry(_ motion: Motion, in number: Int, _ actions: inout [SessionAction]) {
        let members = lanes[number].panel.members
        let mover = members[motion.member]
        let said = mover.words(through: motion.final)
        let heard = fresh(said, of: mover, in: number)
        var final = mover.finals[motion.final]
        let first = Ballot(member: mover, rank: rank(mover.engine), words: heard, said: said)
        var ballots = [first]
        for index in counting(in: number) where index != motion.member && hasHeard(members[index], motion, in: number) {
            ballots.append(ballot(of: members[index], beside: first, through: motion.end, in: number))
            agree(members[index], with: &final, in: number)
        }
        for ballot in ballots { pool.choice.endOutage(of: ballot.member.leg) }
        ballots.sort { $0.rank < $1.rank }
        let untimed = ballots.indices.filter { !hasTimes(ballots[$0].member.engine) }
        let elected = WordVote.words(of: ballots.map(\.words), rate: configuration.rate, untimed: Set(untimed))
        let engine = ballots.first { !$0.words.isEmpty }?.member.engine ?? mover.engine
        conclude(final, elected, from: .vote, engine, in: number, &actions)
        // What each has said, whatever was elected: its next words are compared with it.
        for ballot in ballots { lanes[number].remember(ballot.said, of: .leg(ballot.member.leg)) }
        // All of the mover's words were voted on: whatever came of that, they are settled. Of the others' there may be more.
        for _ in 0...motion.final { drop(ofMember: motion.member, in: number, &actions) }
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

    private func rank(_ engine: EngineName) -> Int { configuration.engines.firstIndex { $0.name == engine } ?? .max }

    /// - Parameter first: the mover's.
    private func ballot(of member: Panel.Member, beside first: Ballot, through end: SampleIndex, in number: Int) -> Ballot {
        let said = member.words()
        let new = fresh(said, of: member, in: number)
        let ear = Seam.Ear(
            rate: configuration.rate, origin: member.origin, hasTimes: hasTimes(member.engine), others: hasTimes(first.member.engine))
        let behind = Seam.fresh(new, after: first.words, through: end, ear)
        var words = Array(new.dropLast(behind.count))
        // Of a word that only begins in the interval, what is said in it.
        if let rest = behind.first, let part = new[words.count].part(before: rest) { words.append(part) }
        return Ballot(member: member, rank: rank(member.engine), words: words, said: Array(said.dropLast(behind.count)))
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
