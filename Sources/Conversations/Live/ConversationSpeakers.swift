import Speech

/// The speakers of one conversation: their numbers, what is known of them, and what each has said of late.
struct ConversationSpeakers: Sendable {
    /// By the session's label.
    private var numbers: [Int: SpeakerNumber] = [:]
    private var next = 0
    private var identities: [SpeakerNumber: SpeakerIdentity] = [:]
    /// The newest segments, the oldest first.
    private(set) var recent: [Segment] = []

    /// Segments that are told again when it is known who said them; older ones are mended in the store, by their voice.
    private static let maxRecent = 500

    /// Goes on with a conversation: its numbers are taken.
    mutating func resume(_ segments: [Segment]) {
        for segment in segments {
            guard let speaker = segment.speaker else { continue }
            next = max(next, speaker.number + 1)
            if segment.identity.who != .unknown { learn(speaker, segment.identity) }
        }
        recent = Array(segments.suffix(Self.maxRecent))
    }

    /// The conversation's speaker number for the session's label.
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

    /// - Returns: whether that was not known.
    @discardableResult
    mutating func learn(_ speaker: SpeakerNumber, _ identity: SpeakerIdentity) -> Bool {
        next = max(next, speaker.number + 1)
        guard identities[speaker]?.isFixed != true, identities[speaker] != identity else { return false }
        identities[speaker] = identity
        return true
    }

    /// The speaker who is known by this voice.
    func speaker(of voice: ID<Voice>) -> SpeakerNumber? { identities.first { $0.value.voice == voice }?.key }

    /// Two speakers are one: what was said by the first is said by the second.
    ///
    /// - Returns: the first's segments, as they are now.
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

    /// By a person's hand.
    mutating func fix(_ speaker: SpeakerNumber, _ identity: SpeakerIdentity) {
        next = max(next, speaker.number + 1)
        identities[speaker] = identity
    }

    /// A segment with what is known of its speaker.
    func identified(_ segment: Segment) -> Segment {
        guard !segment.identity.isFixed, let speaker = segment.speaker, let identity = identities[speaker] else { return segment }
        var segment = segment
        segment.identity = identity
        return segment
    }

    /// Remembers what segments are now.
    mutating func note(_ changes: SegmentChanges) {
        let gone = Set(changes.removed)
        recent.removeAll { gone.contains($0.id) }
        for segment in changes.changed {
            if let index = recent.lastIndex(where: { $0.id == segment.id }) { recent[index] = segment } else { recent.append(segment) }
        }
        if recent.count > Self.maxRecent { recent.removeFirst(recent.count - Self.maxRecent) }
    }

    /// From where on all that was said is `recent`.
    var knownFrom: Duration { recent.count < Self.maxRecent ? .zero : recent.map(\.start).min() ?? .zero }

    func segments(of speaker: SpeakerNumber) -> [Segment] { recent.filter { $0.speaker == speaker } }

    func segments(_ ids: [ID<Segment>]) -> [Segment] {
        let wanted = Set(ids)
        return recent.filter { wanted.contains($0.id) }
    }
}
