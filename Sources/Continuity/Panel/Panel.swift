import Speech

/// Several legs that hear the same channel at the same time: what each has made final, until it is committed or not needed.
struct Panel: Sendable {
    /// A final of a member that nobody has settled. The end of a turn and the answer to a finalize may come by themselves, without words.
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

    struct Member: Sendable {
        let leg: LegID
        let engine: EngineName
        /// It has heard nothing before.
        var origin: SampleIndex
        /// The place from which the member's words count: the member may have begun within a word.
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

        /// Returns the words that the member said and nobody has settled, through the final of this number.
        func words(through last: Int? = nil) -> [Word] {
            finals.prefix((last ?? finals.count) + 1).flatMap(\.words)
        }
    }

    /// In the order in which they joined.
    private(set) var members: [Member] = []
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
    /// The session is at its end, and a member has said all that it had to say.
    var isComplete = false
    /// No engine says as much in the time that another may take to say the same.
    private static let maxFinals = 4_096

    /// - Parameter start: the place from which the leg counts; nil: the beginning of the leg's audio.
    mutating func join(_ leg: Leg, in channel: Int, from start: SampleIndex? = nil) {
        if members.count >= Self.maxMembers, let index = members.firstIndex(where: { $0.isGone && $0.finals.isEmpty }) { members.remove(at: index) }
        members.append(
            Member(
                leg: leg.id, engine: leg.engine, origin: leg.origin, start: start ?? leg.origin, through: leg.origin,
                answers: asked - leg.unansweredFinalizes(in: channel)))
    }

    /// It says no more. What it has said stays.
    mutating func leave(_ leg: LegID) {
        if let index = index(of: leg) { members[index].isGone = true }
        if owner == leg { owner = nil }
        if leader == leg { leader = nil }
    }

    /// A leg that had not begun begins later.
    mutating func move(_ leg: LegID, to origin: SampleIndex, from start: SampleIndex? = nil) {
        guard let index = index(of: leg) else { return }
        members[index].origin = origin
        members[index].start = start ?? origin
        members[index].through = origin
    }

    /// Returns the place from which the leg counts; nil: the leg is no member.
    func start(of leg: LegID) -> SampleIndex? { index(of: leg).map { members[$0].start } }

    func index(of leg: LegID) -> Int? { members.firstIndex { $0.leg == leg } }

    /// - Parameter hasTimes: true if the member's engine says where words lie.
    mutating func add(_ final: Final, ofMember index: Int, hasTimes: Bool) {
        var final = final
        let through = members[index].through
        // Engines say finals twice. Of the rest of a word that they have cut they may say that it has no length.
        let isOld = final.end <= through && (hasTimes || final.start < through)
        final.words.removeAll { $0.middle < through || isOld && $0.range.end <= through }
        members[index].through = max(through, final.end)
        if !final.words.isEmpty || final.reason != .length { members[index].isInSpeech = final.reason == .length || final.reason == .flush }
        if let answer = final.answer { members[index].answers = answer }
        if members[index].finals.count < Self.maxFinals { members[index].finals.append(final) }
    }

    mutating func take(fromMember index: Int) -> Final { members[index].finals.removeFirst() }

    /// Puts back what is left of a final, before everything else that its member says.
    mutating func putBack(_ final: Final, toMember index: Int) { members[index].finals.insert(final, at: 0) }

    /// Number of members from which on one that is gone makes room for the next. Members that are gone are remembered for a while: what they have
    /// said may wait elsewhere.
    private static let maxMembers = 32

    /// Answers finalizes through this one.
    ///
    /// - Returns: the number of finalizes that this answers.
    mutating func answer(_ number: Int) -> Int {
        guard number > answered else { return 0 }
        defer { answered = number }
        return number - answered
    }

    /// Returns true if a member's guess, which reaches to `end`, is the one to show: the guess of the member that was first lately, unless others are
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
