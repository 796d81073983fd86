import Speech

/// Several legs that hear the same channel at the same time, and the finals of each leg until they are committed or not needed.
struct Ensemble: Sendable {
    /// A final of a participant that is not settled yet. The end of a turn and the answer to a finalize may come without words.
    struct Final: Sendable {
        var words: [Word]
        var start: SampleIndex
        var end: SampleIndex
        var reason: FinalReason
        /// Number of the finalize that the final answers, counted from 1; nil: the final answers none.
        var answer: Int?
        var at: Instant
        /// True if the final has no words for audio in which other participants may hear some.
        var isDoubtful = false
    }

    struct Participant: Sendable {
        let leg: LegID
        let engine: EngineName
        /// Start of the audio that the participant's engine hears.
        var origin: SampleIndex
        /// The place from which the participant's words count: the participant may have begun within a word.
        var start: SampleIndex
        var finals: [Final] = []
        /// End of the participant's finals.
        var through: SampleIndex
        /// The participant's last final with words, and the last words of its finals.
        fileprivate var last = PointFinal()
        fileprivate var tail: [Word] = []
        /// True if speech went on where the participant's last final ended.
        var isInSpeech = false
        /// Number of finalizes that the participant has answered or was not told.
        var answers: Int
        /// True if the participant says no more.
        var isGone = false
        /// The uncommitted words through each final, for finals whose words were compared with the committed words. Empty when the finals or the
        /// committed words have changed.
        fileprivate var uncommitted: [Int: [Word]] = [:]

        /// Returns the participant's words that are not settled, through the final of this number; nil: through the last final.
        func words(through last: Int? = nil) -> [Word] {
            finals.prefix((last ?? finals.count) + 1).flatMap(\.words)
        }

        /// Returns the uncommitted words through the final of this number; nil: they were not compared yet.
        func uncommitted(through last: Int) -> [Word]? { uncommitted[last] }
    }

    /// The participants in the order in which they joined.
    private(set) var participants: [Participant] = []
    /// The participant that has begun an island of speech and says the rest of the island too; nil: no participant has.
    var owner: LegID?
    /// The leg whose interims are shown.
    private(set) var leader: LegID?
    private var shownThrough = SampleIndex.zero
    /// True if the client knows that somebody speaks.
    var isAnnounced = false
    /// Number of finalizes that the client has sent; `answered` is the number of answered ones.
    var asked = 0
    var answered = 0
    /// True if the session is at its end and one participant has said all that it had to say.
    var isComplete = false
    /// Maximum number of finals that a participant keeps. No engine says as much before the other participants answer.
    private static let maxFinals = 4_096
    private static let maxTail = 48

    /// Adds a leg as a participant.
    ///
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

    /// Marks a leg as gone: the leg says no more. The leg's finals stay.
    mutating func leave(_ leg: LegID) {
        if let index = index(of: leg) { participants[index].isGone = true }
        if owner == leg { owner = nil }
        if leader == leg { leader = nil }
    }

    /// Moves the beginning of a leg that had not begun to a later place.
    mutating func move(_ leg: LegID, to origin: SampleIndex, from start: SampleIndex? = nil) {
        guard let index = index(of: leg) else { return }
        participants[index].origin = origin
        participants[index].start = start ?? origin
        participants[index].through = origin
        participants[index].uncommitted = [:]
    }

    /// Returns the place from which the leg counts; nil: the leg is not a participant.
    func start(of leg: LegID) -> SampleIndex? { index(of: leg).map { participants[$0].start } }

    /// True if a final waits to be settled.
    var hasFinals: Bool { participants.contains { !$0.finals.isEmpty } }

    /// Returns the end of a participant's first final; nil: it has none.
    func firstEnd(ofParticipant index: Int) -> SampleIndex? {
        let finals = participants[index].finals
        return finals.isEmpty ? nil : finals[0].end
    }

    func index(of leg: LegID) -> Int? { participants.firstIndex { $0.leg == leg } }

    /// Adds a final of a participant. Engines repeat finals, so words that the participant has said before are removed.
    mutating func add(_ final: Final, ofParticipant index: Int) {
        var final = final
        let through = participants[index].through, range = SampleRange(final.start, final.end)
        if !participants[index].last.goesOn(with: final.words, of: range, behind: through, after: participants[index].tail) {
            let isOld = final.end <= through
            final.words.removeAll { $0.middle < through || isOld && $0.range.end <= through }
        }
        if !final.words.isEmpty {
            participants[index].last.note(range)
            participants[index].tail = Array((participants[index].tail + final.words).suffix(Self.maxTail))
        }
        participants[index].through = max(through, final.end)
        if !final.words.isEmpty || final.reason != .length { participants[index].isInSpeech = final.reason == .length || final.reason == .flush }
        if let answer = final.answer { participants[index].answers = answer }
        if participants[index].finals.count < Self.maxFinals { participants[index].finals.append(final) }
    }

    mutating func take(fromParticipant index: Int) -> Final {
        participants[index].uncommitted = [:]
        return participants[index].finals.removeFirst()
    }

    /// Puts back the rest of a final, before all other finals of its participant.
    mutating func putBack(_ final: Final, toParticipant index: Int) {
        participants[index].uncommitted = [:]
        participants[index].finals.insert(final, at: 0)
    }

    /// Keeps the uncommitted words of a participant through the final of this number.
    mutating func keep(uncommitted words: [Word], ofParticipant index: Int, through last: Int) { participants[index].uncommitted[last] = words }

    /// Forgets the uncommitted words of all participants, because the words that they were compared with have changed.
    mutating func forgetUncommitted() { for index in participants.indices { participants[index].uncommitted = [:] } }

    /// Maximum number of participants. Beyond this number, a new participant replaces one that is gone. Participants that are gone are kept until
    /// then, because their words may still wait in later spans.
    private static let maxParticipants = 32

    /// Marks all finalizes up to this number as answered.
    ///
    /// - Returns: the number of finalizes that were not answered before.
    mutating func answer(_ number: Int) -> Int {
        guard number > answered else { return 0 }
        defer { answered = number }
        return number - answered
    }

    /// Returns true if a participant's interim, which reaches to `end`, is the one to show. The participant whose interim was shown last keeps its
    /// place, unless another is well ahead.
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
