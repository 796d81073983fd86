import Speech

/// Several legs that hear the same channel at the same time: what each has made final, until it is committed or not needed.
struct Ensemble: Sendable {
    /// A final of a participant that nobody has settled. The end of a turn and the answer to a finalize may come by themselves, without words.
    struct Final: Sendable {
        var words: [Word]
        var start: SampleIndex
        var end: SampleIndex
        var reason: FinalReason
        /// The finalize that it answers, counted from 1.
        var answer: Int?
        var at: Instant
        /// It has no words for audio in which others may hear some.
        var isDoubtful = false
    }

    struct Participant: Sendable {
        let leg: LegID
        let engine: EngineName
        /// It has heard nothing before.
        var origin: SampleIndex
        /// The place from which the participant's words count: the participant may have begun within a word.
        var start: SampleIndex
        var finals: [Final] = []
        /// The end of its finals.
        var through: SampleIndex
        /// Speech went on where its last final ended.
        var isInSpeech = false
        /// The finalizes that it has answered, or was not told.
        var answers: Int
        /// It says no more.
        var isGone = false

        /// Returns the words that the participant said and nobody has settled, through the final of this number.
        func words(through last: Int? = nil) -> [Word] {
            finals.prefix((last ?? finals.count) + 1).flatMap(\.words)
        }
    }

    /// In the order in which they joined.
    private(set) var participants: [Participant] = []
    /// Has begun an island of speech, and says the rest of it too.
    var owner: LegID?
    /// The leg whose guesses are shown.
    private(set) var leader: LegID?
    private var shownThrough = SampleIndex.zero
    /// The client knows that somebody speaks.
    var isAnnounced = false
    /// The finalizes that the client was told, and that it was answered.
    var asked = 0
    var answered = 0
    /// The session is at its end, and a participant has said all that it had to say.
    var isComplete = false
    /// No engine says as much in the time that another may take to say the same.
    private static let maxFinals = 4_096

    /// - Parameter start: the place from which the leg counts; nil: the beginning of the leg's audio.
    mutating func join(_ leg: Leg, in channel: Int, from start: SampleIndex? = nil) {
        if participants.count >= Self.maxParticipants, let index = participants.firstIndex(where: { $0.isGone && $0.finals.isEmpty }) {
            participants.remove(at: index)
        }
        participants.append(
            Participant(
                leg: leg.id, engine: leg.engine, origin: leg.origin, start: start ?? leg.origin, through: leg.origin,
                answers: asked - leg.unansweredFinalizes(in: channel)))
    }

    /// It says no more. What it has said stays.
    mutating func leave(_ leg: LegID) {
        if let index = index(of: leg) { participants[index].isGone = true }
        if owner == leg { owner = nil }
        if leader == leg { leader = nil }
    }

    /// A leg that had not begun begins later.
    mutating func move(_ leg: LegID, to origin: SampleIndex, from start: SampleIndex? = nil) {
        guard let index = index(of: leg) else { return }
        participants[index].origin = origin
        participants[index].start = start ?? origin
        participants[index].through = origin
    }

    /// Returns the place from which the leg counts; nil: the leg is no participant.
    func start(of leg: LegID) -> SampleIndex? { index(of: leg).map { participants[$0].start } }

    func index(of leg: LegID) -> Int? { participants.firstIndex { $0.leg == leg } }

    /// - Parameter hasTimes: true if the participant's engine says where words lie.
    mutating func add(_ final: Final, ofParticipant index: Int, hasTimes: Bool) {
        var final = final
        let through = participants[index].through
        // Engines say finals twice. Of the rest of a word that they have cut they may say that it has no length.
        let isOld = final.end <= through && (hasTimes || final.start < through)
        final.words.removeAll { $0.middle < through || isOld && $0.range.end <= through }
        participants[index].through = max(through, final.end)
        if !final.words.isEmpty || final.reason != .length { participants[index].isInSpeech = final.reason == .length || final.reason == .flush }
        if let answer = final.answer { participants[index].answers = answer }
        if participants[index].finals.count < Self.maxFinals { participants[index].finals.append(final) }
    }

    mutating func take(fromParticipant index: Int) -> Final { participants[index].finals.removeFirst() }

    /// Puts back what is left of a final, before everything else that its participant says.
    mutating func putBack(_ final: Final, toParticipant index: Int) { participants[index].finals.insert(final, at: 0) }

    /// Number of participants from which on one that is gone makes room for the next. Participants that are gone are remembered for a while: what they have
    /// said may wait elsewhere.
    private static let maxParticipants = 32

    /// Answers finalizes through this one.
    ///
    /// - Returns: the number of finalizes that this answers.
    mutating func answer(_ number: Int) -> Int {
        guard number > answered else { return 0 }
        defer { answered = number }
        return number - answered
    }

    /// Returns true if a participant's guess, which reaches to `end`, is the one to show: the guess of the participant that was first lately, unless others are
    /// well ahead.
    mutating func leads(_ leg: LegID, through end: SampleIndex, isWellAhead: SampleCount) -> Bool {
        guard leader == nil || leader == leg || end > shownThrough + isWellAhead else { return false }
        lead(leg, through: end)
        return true
    }

    mutating func lead(_ leg: LegID, through end: SampleIndex) {
        leader = leg
        shownThrough = end
    }
}
