import Speech

/// The speakers of one conversation: their numbers, their identities, and their latest segments.
struct ConversationSpeakers: Sendable {
    /// Speaker numbers by the session's labels.
    private var numbers: [Int: SpeakerNumber] = [:]
    private var next = 0
    private var identities: [SpeakerNumber: SpeakerIdentity] = [:]
    /// The newest segments, the oldest first.
    private(set) var recent: [Segment] = []

    /// Maximum number of segments that are sent again when their speaker is identified. Older segments are updated in the store, by their voice.
    private static let maxRecent = 500

    /// Continues a conversation, whose speaker numbers are taken.
    mutating func resume(_ segments: [Segment]) {
        for segment in segments {
            guard let speaker = segment.speaker else { continue }
            next = max(next, speaker.number + 1)
            if segment.identity.who != .unknown { learn(speaker, segment.identity) }
        }
        recent = Array(segments.suffix(Self.maxRecent))
    }

    /// Returns the conversation's speaker number for a label of the session.
    mutating func number(ofLabel label: Int) -> SpeakerNumber {
        if let known = numbers[label] { return known }
        let number = newNumber()
        numbers[label] = number
        return number
    }

    mutating func newNumber() -> SpeakerNumber {
        defer { next += 1 }
        return SpeakerNumber(next)
    }

    func identity(of speaker: SpeakerNumber) -> SpeakerIdentity { identities[speaker] ?? .unknown }

    /// Sets a speaker's identity.
    ///
    /// - Returns: true if the identity is new.
    @discardableResult
    mutating func learn(_ speaker: SpeakerNumber, _ identity: SpeakerIdentity) -> Bool {
        next = max(next, speaker.number + 1)
        guard identities[speaker]?.isFixed != true, identities[speaker] != identity else { return false }
        identities[speaker] = identity
        return true
    }

    /// Returns the speaker who was identified by this voice.
    func speaker(of voice: ID<Voice>) -> SpeakerNumber? { identities.first { $0.value.voice == voice }?.key }

    /// Joins two speakers: all words of the first one now belong to the second.
    ///
    /// - Returns: the changed segments of the first speaker.
    mutating func join(_ speaker: SpeakerNumber, into other: SpeakerNumber) -> [Segment] {
        for (label, number) in numbers where number == speaker { numbers[label] = other }
        identities[speaker] = nil
        var changed: [Segment] = []
        for index in recent.indices where recent[index].speaker == speaker {
            recent[index].speaker = other
            changed.append(recent[index])
        }
        return changed
    }

    /// Sets a speaker's identity that a person has chosen by hand.
    mutating func fix(_ speaker: SpeakerNumber, _ identity: SpeakerIdentity) {
        next = max(next, speaker.number + 1)
        identities[speaker] = identity
    }

    /// Returns a segment with the known identity of its speaker.
    func identified(_ segment: Segment) -> Segment {
        guard !segment.identity.isFixed, let speaker = segment.speaker, let identity = identities[speaker] else { return segment }
        var segment = segment
        segment.identity = identity
        return segment
    }

    /// Keeps the new state of segments.
    mutating func note(_ changes: SegmentChanges) {
        let gone = Set(changes.removed)
        recent.removeAll { gone.contains($0.id) }
        for segment in changes.changed {
            if let index = recent.lastIndex(where: { $0.id == segment.id }) { recent[index] = segment } else { recent.append(segment) }
        }
        if recent.count > Self.maxRecent { recent.removeFirst(recent.count - Self.maxRecent) }
    }

    /// Time from which `recent` has all segments.
    var knownFrom: Duration { recent.count < Self.maxRecent ? .zero : recent.map(\.start).min() ?? .zero }

    func segments(of speaker: SpeakerNumber) -> [Segment] { recent.filter { $0.speaker == speaker } }

    func segments(_ ids: [ID<Segment>]) -> [Segment] {
        let wanted = Set(ids)
        return recent.filter { wanted.contains($0.id) }
    }
}
