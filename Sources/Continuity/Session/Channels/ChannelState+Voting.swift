import Speech

/// The vote on the words that several engines heard, interval by interval.
extension ChannelState {
    /// A proposal to vote on an interval that one participant has made final.
    private struct Motion {
        var participant: Int
        /// The index of the participant's final at whose end the interval ends.
        var final: Int
        var end: SampleIndex
        /// True if the vote no longer waits for the other participants.
        var isDue: Bool
    }

    /// Commits the audio that all participants have made final, or whose finals have waited long enough.
    mutating func settleByVote(mustGo: Bool, _ moment: ChannelMoment, _ actions: inout [ChannelAction]) {
        dropSettled(&actions)
        while let motion = nextMotion(mustGo: mustGo, moment) {
            carry(motion, &actions)
            dropSettled(&actions)
        }
    }

    /// Drops finals that end within the committed audio and have no new words, because they came too late. Their ends of turns and answers to
    /// finalizes still count. A final with words that were not voted on stays.
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

    // MARK: - Intervals to vote on

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
            // The comparison is made at most once, for all participants.
            var new: [Word]?
            return awaited.allSatisfy { hasHeard($0, motion, &new) }
        }
        // A pause is a better place to cut than the middle of speech.
        if let pause = Self.latestFirst(pauses).first(where: { $0.isDue || isHeard($0) }) { return pause }
        // In the middle of speech: the latest cut that is overdue, otherwise the latest that all participants have heard.
        let latest = Self.latestFirst(cuts)
        return latest.first(where: \.isDue) ?? (pauses.isEmpty ? latest.first(where: isHeard) : nil)
    }

    /// Sorts motions by their ends, the latest first; motions with the same end by participant and final.
    private static func latestFirst(_ motions: [Motion]) -> [Motion] {
        motions.sorted { ($1.end, $0.participant, $0.final) < ($0.end, $1.participant, $1.final) }
    }

    /// Returns true if a participant has made final all that it hears in the interval.
    ///
    /// - Parameter known: the uncommitted words of the interval; nil: not computed yet.
    private func hasHeard(_ participant: Ensemble.Participant, _ motion: Motion, _ known: inout [Word]?) -> Bool {
        let mover = ensemble.participants[motion.participant]
        if participant.leg == mover.leg { return true }
        let through = max(participant.through, stitcher.committedThrough)
        var end = motion.end
        // Engines place the same word with differences of some tenths of a second.
        let margin = SampleCount(.milliseconds(300), at: settings.rate)
        if participant.through >= end + margin || !participant.isInSpeech && participant.through >= end { return true }
        let new = known ?? fresh(mover.words(through: motion.final), of: mover)
        known = new
        // A participant that was cut in the middle of speech may say the last word in its next final.
        if participant.through >= end { return says(participant, lastOf: new, of: mover) }
        let rest = new.last
        if let last = rest.map(stitcher.moved)?.range {
            // If a part of the word is committed, the rest begins where the audio is loud.
            let loud = speech.hull(in: last) ?? last
            if !participant.isInSpeech, participant.through >= max(loud.middle, last.end - margin) { return true }
            end = max(end, last.end + margin)
        }
        return isQuiet(SampleRange(through, end))
    }

    /// Returns true if a participant has said the last of these words, which are another participant's.
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
        // Each participant's words are remembered whatever was elected, because its next words are compared with them.
        for ballot in ballots { remember(ballot.said, of: .leg(ballot.participant.leg)) }
        // All words of the mover were voted on and so are settled. Other participants may have more words.
        for _ in 0...motion.final { drop(ofParticipant: motion.participant, &actions) }
    }

    /// The words of one participant in an interval.
    private struct WordBallot {
        var participant: Ensemble.Participant
        var rank: Int
        /// The words that are not committed.
        var words: [Word]
        /// All whole words that the participant has said up to the end of the interval.
        var said: [Word]
    }

    /// Returns the ballot of a participant.
    ///
    /// - Parameter first: the mover's ballot.
    private func ballot(of participant: Ensemble.Participant, beside first: WordBallot, through end: SampleIndex) -> WordBallot {
        let said = participant.words()
        let new = fresh(said, of: participant)
        let context = ComparisonContext(
            rate: settings.rate, origin: participant.origin, hasTimes: settings.hasTimes(participant.engine),
            others: settings.hasTimes(first.participant.engine))
        let behind = Seam.fresh(new, after: first.words, through: end, context)
        var words = Array(new.dropLast(behind.count))
        // If a word goes on behind the interval, only its part in the interval counts.
        if let rest = behind.first, let part = new[words.count].part(before: rest) { words.append(part) }
        return WordBallot(participant: participant, rank: settings.rank(participant.engine), words: words, said: Array(said.dropLast(behind.count)))
    }

    /// Adds to `final` what another participant says about the turn and finalizes: one participant's end of turn, or answer to a finalize, is enough.
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
