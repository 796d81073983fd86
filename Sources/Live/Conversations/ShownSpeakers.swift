internal import Conversations
internal import Protocols
internal import Speakers
internal import Speech

/// Speakers as a live session's client sees them: each voice as its owner, and each name once.
struct ShownSpeakers {
    private(set) var known = KnownVoices()
    /// The voice of each speaker, and the owner as whom the voice was shown last.
    private var shown: [SpeakerNumber: (voice: ID<Voice>, who: SpeakerIdentity.Who)] = [:]
    /// The owner that was last suggested to the client for each speaker.
    private var told: [SpeakerNumber: SpeakerIdentity.Who] = [:]
    /// The label that the client was told last for each speaker whose voice has no name.
    private var labels: [SpeakerNumber: String] = [:]
    /// Numbers of voices that the store has created for this session, and that were not read yet.
    private var created: [ID<Voice>: Int] = [:]

    /// Returns the event as the client sees it, with the events that belong to it.
    mutating func shown(_ event: ConversationEvent) -> [ConversationEvent] {
        switch event {
        case .began:
            shown = [:]
            told = [:]
            labels = [:]
            return [event]
        case .changed(let segments): return [.changed(segments.map { named($0) })] + suggestions(segments) + newLabels()
        default: return [event]
        }
    }

    /// Sets the known voices and people.
    ///
    /// - Returns: the speakers whose shown owner changes.
    mutating func know(_ known: KnownVoices) -> [SpeakerNumber] {
        self.known = known
        return shown.filter { speaker, shown in who(shown.voice) != shown.who }.keys.sorted()
    }

    /// Notes that the store has created a voice of this session.
    mutating func note(_ voice: Voice) { created[voice.id] = voice.number }

    /// Returns the labels of voices without a name that the client was not told yet.
    mutating func newLabels() -> [ConversationEvent] {
        var new: [ConversationEvent] = []
        for (speaker, shown) in shown.sorted(by: { $0.key < $1.key }) {
            guard let label = label(of: shown.voice), labels[speaker] != label else { continue }
            labels[speaker] = label
            new.append(.labeled(speaker, label))
        }
        return new
    }

    private func label(of id: ID<Voice>) -> String? {
        guard let voice = known.directory[id] else { return created[id].map { SpeakerNames.label(of: $0) } }
        return voice.owner == .nobody ? SpeakerNames.label(of: voice) : nil
    }

    private func named(_ segment: Segment) -> Segment {
        guard let voice = segment.identity.voice.flatMap({ known.directory[$0] }) else { return segment }
        var segment = segment
        segment.identity.who = VoiceDirectory.who(voice)
        return segment
    }

    /// Returns the owner as whom a voice is shown. The voice itself is returned if the voice is new, because it has not been read yet, or if it is
    /// forgotten, because nothing is known of it any more.
    private func who(_ voice: ID<Voice>) -> SpeakerIdentity.Who { known.directory[voice].map { VoiceDirectory.who($0) } ?? .voice(voice) }

    private mutating func suggestions(_ segments: [Segment]) -> [ConversationEvent] {
        segments.compactMap { segment in
            guard let speaker = segment.speaker, let id = segment.identity.voice else { return nil }
            let who = who(id)
            shown[speaker] = (id, who)
            guard told[speaker] != who, let suggestion = known.suggestion(speaker, id, segment: segment.id) else { return nil }
            told[speaker] = who
            return .suggested(suggestion)
        }
    }
}
