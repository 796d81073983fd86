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
        guard source.hasFinals else { return }
        dropSettled(&actions)
        while let motion = nextMotion(mustGo: mustGo, moment) {
            carry(motion, &actions)
            dropSettled(&actions)
        }
    }

    /// Drops finals that end within the committed audio and have no new words, because they came too late. Their ends of turns and answers to
    /// finalizes still count. A final with words that were not voted on stays.
    private mutating func dropSettled(_ actions: inout [ChannelAction]) {
        let participants = ensemble.participants
        for index in counting() where !participants[index].finals.isEmpty {
            while let end = ensemble.firstEnd(ofParticipant: index), end <= stitcher.committedThrough, uncommitted(of: index, through: 0).isEmpty {
                drop(ofParticipant: index, &actions)
            }
        }
    }

    private mutating func drop(ofParticipant index: Int, _ actions: inout [ChannelAction]) {
        let participant = ensemble.participants[index]
        conclude(ensemble.take(fromParticipant: index), [], from: Speaker(.leg(participant.leg), participant.engine), &actions)
    }

    // MARK: - Intervals to vote on

    private mutating func nextMotion(mustGo: Bool, _ moment: ChannelMoment) -> Motion? {
        let participants = ensemble.participants
        let counting = counting()
        let awaited = counting.filter { isAwaited(participants[$0], moment) }
        var pauses: [Motion] = [], cuts: [Motion] = []
        for index in counting {
            for (place, final) in participants[index].finals.enumerated() {
                let isDue = mustGo || deadline(of: final) <= moment.now
                let motion = Motion(participant: index, final: place, end: final.end, isDue: isDue)
                if final.reason == .length { cuts.append(motion) } else { pauses.append(motion) }
            }
        }
        func isHeard(_ motion: Motion) -> Bool { awaited.allSatisfy { hasHeard($0, motion) } }
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
    private mutating func hasHeard(_ index: Int, _ motion: Motion) -> Bool {
        if index == motion.participant { return true }
        let participant = ensemble.participants[index]
        let through = max(participant.through, stitcher.committedThrough)
        var end = motion.end
        // Engines place the same word with differences of some tenths of a second.
        let margin = SampleCount(.milliseconds(300), at: settings.rate)
        if participant.through >= end + margin || !participant.isInSpeech && participant.through >= end { return true }
        let new = uncommitted(of: motion.participant, through: motion.final)
        // A participant that was cut in the middle of speech may say the last word in its next final.
        if participant.through >= end { return says(index, lastOf: new, of: motion.participant) }
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
    private mutating func says(_ index: Int, lastOf words: [Word], of other: Int) -> Bool {
        let participant = ensemble.participants[index], mover = ensemble.participants[other]
        let context = ComparisonContext(
            rate: settings.rate, origin: mover.origin, hasTimes: settings.hasTimes(mover.engine), others: settings.hasTimes(participant.engine))
        let said = uncommitted(of: index).map { RememberedWord($0) }
        return Seam.fresh(words, after: said, through: participant.through, context).isEmpty
    }

    // MARK: - The vote

    private mutating func carry(_ motion: Motion, _ actions: inout [ChannelAction]) {
        let participants = ensemble.participants
        let mover = participants[motion.participant]
        let said = mover.words(through: motion.final)
        let heard = uncommitted(of: motion.participant, through: motion.final)
        var final = mover.finals[motion.final]
        let first = WordBallot(participant: mover, rank: settings.rank(mover.engine), words: heard, said: said)
        var ballots = [first]
        for index in counting() where index != motion.participant && hasHeard(index, motion) {
            ballots.append(ballot(of: index, beside: first, through: motion.end))
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
    private mutating func ballot(of index: Int, beside first: WordBallot, through end: SampleIndex) -> WordBallot {
        let participant = ensemble.participants[index]
        let said = participant.words()
        let new = uncommitted(of: index)
        let context = ComparisonContext(
            rate: settings.rate, origin: participant.origin, hasTimes: settings.hasTimes(participant.engine),
            others: settings.hasTimes(first.participant.engine))
        let behind = Seam.fresh(new, after: first.words.map { RememberedWord($0) }, through: end, context)
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
        part.text = WordSpacing.text(of: tokens)
        part.range = SampleRange(range.start, rest.range.start)
        return part
    }
}
