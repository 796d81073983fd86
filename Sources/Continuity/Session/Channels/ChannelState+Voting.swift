import Speech

/// The vote on the words that several engines heard, interval by interval.
extension ChannelState {
    /// An interval that a participant has finished, and what it says there.
    private struct Motion {
        var participant: Int
        /// The index of the participant's final at whose end the interval ends.
        var final: Int
        var end: SampleIndex
        /// True if nobody is waited for any longer.
        var isDue: Bool
    }

    /// Commits what all participants have made final, or what has waited for long enough.
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
            let participant = ensemble.participants[index]
            while let first = ensemble.participants[index].finals.first, first.end <= stitcher.committedThrough,
                fresh(first.words, of: participant).isEmpty
            { drop(ofParticipant: index, &actions) }
        }
    }

    private mutating func drop(ofParticipant index: Int, _ actions: inout [ChannelAction]) {
        let participant = ensemble.participants[index]
        conclude(ensemble.take(fromParticipant: index), [], from: Speaker(.leg(participant.leg), participant.engine), &actions)
    }

    // MARK: - What is voted on

    private func nextMotion(mustGo: Bool, _ moment: ChannelMoment) -> Motion? {
        let participants = ensemble.participants
        let counting = counting()
        let awaited = counting.map { participants[$0] }.filter { isAwaited($0, moment) }
        var pauses: [Motion] = [], cuts: [Motion] = []
        for index in counting {
            for (place, final) in participants[index].finals.enumerated() {
                let isDue = mustGo || deadline(of: final) <= moment.now
                let motion = Motion(participant: index, final: place, end: final.end, isDue: isDue)
                if final.reason == .length { cuts.append(motion) } else { pauses.append(motion) }
            }
        }
        func isHeard(_ motion: Motion) -> Bool {
            // Compared at most once, whoever asks.
            var new: [Word]?
            return awaited.allSatisfy { hasHeard($0, motion, &new) }
        }
        // A pause is a better place to cut.
        if let pause = Self.latestFirst(pauses).first(where: { $0.isDue || isHeard($0) }) { return pause }
        // In the middle of speech: what waits no longer, and what all have heard.
        let latest = Self.latestFirst(cuts)
        return latest.first(where: \.isDue) ?? (pauses.isEmpty ? latest.first(where: isHeard) : nil)
    }

    /// Of motions that end together, the first one comes first.
    private static func latestFirst(_ motions: [Motion]) -> [Motion] {
        motions.sorted { ($1.end, $0.participant, $0.final) < ($0.end, $1.participant, $1.final) }
    }

    /// Returns true if a participant has made final all that it hears in the interval.
    ///
    /// - Parameter known: the words of the interval that are not committed, once they were asked for.
    private func hasHeard(_ participant: Ensemble.Participant, _ motion: Motion, _ known: inout [Word]?) -> Bool {
        let mover = ensemble.participants[motion.participant]
        if participant.leg == mover.leg { return true }
        let through = max(participant.through, stitcher.committedThrough)
        var end = motion.end
        // Engines differ by tenths of a second on where a word is.
        let margin = SampleCount(.milliseconds(300), at: settings.rate)
        if participant.through >= end + margin || !participant.isInSpeech && participant.through >= end { return true }
        let new = known ?? fresh(mover.words(through: motion.final), of: mover)
        known = new
        // Who was cut in the middle of speech may say the last word in his next final.
        if participant.through >= end { return says(participant, lastOf: new, of: mover) }
        let rest = new.last
        if let last = rest.map(stitcher.moved)?.range {
            // Of a word of which a part is committed the rest begins where somebody speaks.
            let loud = speech.hull(in: last) ?? last
            if !participant.isInSpeech, participant.through >= max(loud.middle, last.end - margin) { return true }
            end = max(end, last.end + margin)
        }
        return isQuiet(SampleRange(through, end))
    }

    /// Returns true if a participant has said the last of these words.
    private func says(_ participant: Ensemble.Participant, lastOf words: [Word], of mover: Ensemble.Participant) -> Bool {
        let context = ComparisonContext(
            rate: settings.rate, origin: mover.origin, hasTimes: settings.hasTimes(mover.engine), others: settings.hasTimes(participant.engine))
        return Seam.fresh(words, after: fresh(participant.words(), of: participant), through: participant.through, context).isEmpty
    }

    // MARK: - The vote

    private mutating func carry(_ motion: Motion, _ actions: inout [ChannelAction]) {
        let participants = ensemble.participants
        let mover = participants[motion.participant]
        let said = mover.words(through: motion.final)
        let heard = fresh(said, of: mover)
        var final = mover.finals[motion.final]
        let first = WordBallot(participant: mover, rank: settings.rank(mover.engine), words: heard, said: said)
        var ballots = [first]
        var known: [Word]? = heard
        for index in counting() where index != motion.participant && hasHeard(participants[index], motion, &known) {
            ballots.append(ballot(of: participants[index], beside: first, through: motion.end))
            agree(participants[index], with: &final)
        }
        for ballot in ballots { actions.append(.works(ballot.participant.leg)) }
        ballots.sort { $0.rank < $1.rank }
        let untimed = ballots.indices.filter { !settings.hasTimes(ballots[$0].participant.engine) }
        let elected = WordVote.words(of: ballots.map(\.words), rate: settings.rate, untimed: Set(untimed))
        let engine = ballots.first { !$0.words.isEmpty }?.participant.engine ?? mover.engine
        conclude(final, elected, from: Speaker(.vote, engine), &actions)
        // What each has said, whatever was elected: its next words are compared with it.
        for ballot in ballots { remember(ballot.said, of: .leg(ballot.participant.leg)) }
        // All of the mover's words were voted on: whatever came of that, they are settled. Of the others' there may be more.
        for _ in 0...motion.final { drop(ofParticipant: motion.participant, &actions) }
    }

    /// The words of a participant in an interval.
    private struct WordBallot {
        var participant: Ensemble.Participant
        var rank: Int
        /// The words that are not committed.
        var words: [Word]
        /// All whole words that it has said until then.
        var said: [Word]
    }

    /// - Parameter first: the mover's.
    private func ballot(of participant: Ensemble.Participant, beside first: WordBallot, through end: SampleIndex) -> WordBallot {
        let said = participant.words()
        let new = fresh(said, of: participant)
        let context = ComparisonContext(
            rate: settings.rate, origin: participant.origin, hasTimes: settings.hasTimes(participant.engine),
            others: settings.hasTimes(first.participant.engine))
        let behind = Seam.fresh(new, after: first.words, through: end, context)
        var words = Array(new.dropLast(behind.count))
        // Of a word that only begins in the interval, what is said in it.
        if let rest = behind.first, let part = new[words.count].part(before: rest) { words.append(part) }
        return WordBallot(participant: participant, rank: settings.rank(participant.engine), words: words, said: Array(said.dropLast(behind.count)))
    }

    /// A turn is over when one of those who heard it to its end says so, and a finalize is answered when one has.
    private func agree(_ participant: Ensemble.Participant, with final: inout Ensemble.Final) {
        let margin = SampleCount(.milliseconds(300), at: settings.rate)
        for other in participant.finals where other.end <= final.end + margin {
            if let answer = other.answer, answer > ensemble.answered, answer > final.answer ?? 0 {
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
