package import Conversations
package import Speech

/// Who speaks in one live session: gathers what each of its speakers sounds like, tells apart those that no engine told apart, and knows again those whose
/// voices are known.
///
/// A value without I/O. A speaker is called by a label: the session's own where an engine tells speakers apart, else one of the tracker's.
package struct SpeakerTracker: Sendable {
    package enum Event: Sendable, Equatable {
        /// This speaker has a known voice.
        ///
        /// - Parameter confidence: 0 at the rule's distance, 1 where the voiceprints are the same.
        case identified(Int, ID<Voice>, confidence: Float)
        /// That was a mistake, or cannot be told any more.
        case withdrawn(Int)
        /// Nobody known sounds like this: keep the voice, and tell by `created`.
        case isNew(Int, Voiceprint, evidence: Duration)
        /// More was heard of a voice that is known: what it sounds like now.
        case learned(ID<Voice>, Voiceprint, evidence: Duration)
    }

    private enum Decision: Sendable, Equatable {
        case open
        /// The store is making a voice of it.
        case isCreated
        case voice(ID<Voice>, distance: Float)
    }

    private struct Speaker: Sendable {
        let label: Int
        let isOwn: Bool
        /// Of all clips that count, and of the first one in any case.
        var voice: VoiceEvidence
        /// Of clips that are long enough to count.
        var evidence: Duration
        var decision = Decision.open
    }

    private var speakers: [Speaker] = []
    private var known: VoiceDirectory
    private var rule: SpeakerRule { known.rule }
    private var nextLabel = SpeakerTracker.ownLabels
    private var awaitsVoices: Bool
    private var isUserReserved = false

    /// Labels from here on are the tracker's own.
    package static let ownLabels = 1_000_000
    /// Speakers of one session; of more, the new ones are taken for the nearest.
    private static let maxSpeakers = 64
    /// Evidence beyond which more of it changes a voiceprint no more.
    private static let maxEvidence: Duration = .seconds(60)

    /// - Parameter awaitsVoices: the known voices are still being read: until `know` nobody is taken for somebody new.
    package init(rule: SpeakerRule = SpeakerRule(), awaitsVoices: Bool = false) {
        known = VoiceDirectory(rule: rule)
        self.awaitsVoices = awaitsVoices
    }

    /// The voices that are known from now on.
    @discardableResult
    package mutating func know(_ voices: [Voice]) -> [Event] {
        known = VoiceDirectory(voices, rule: rule)
        for index in speakers.indices {
            // A voice that is gone, or was joined with another, is looked for anew.
            if case .voice(let id, _) = speakers[index].decision, known[id] == nil { speakers[index].decision = .open }
        }
        guard awaitsVoices else { return [] }
        awaitsVoices = false
        return speakers.indices.flatMap { speakers[$0].evidence > .zero ? decide($0) : [] }
    }

    /// A clip of one speaker was heard.
    ///
    /// - Parameter label: the session's of the speaker; nil: nobody knows who of them it is.
    /// - Returns: the speaker's label. nil: it is too short to tell.
    package mutating func hear(_ clip: Voiceprint, lasting duration: Duration, label: Int?) -> (label: Int?, events: [Event]) {
        let counts = duration >= rule.shortestClip
        let before = label.map { label in speakers.firstIndex { $0.label == label } } ?? nearest(to: clip, counts: counts)
        let index: Int
        if let before {
            index = before
            // What is short says little, and might pull the voiceprint away.
            if counts { speakers[before].voice.add(VoiceEvidence(clip, duration)) }
        } else {
            guard label != nil || counts || speakers.isEmpty, speakers.count < Self.maxSpeakers else { return (label ?? likeliest(clip), []) }
            index = speakers.count
            speakers.append(Speaker(label: label ?? nextLabel, isOwn: label == nil, voice: VoiceEvidence(clip, duration), evidence: .zero))
            if label == nil { nextLabel += 1 }
        }
        guard counts else { return (speakers[index].label, []) }
        speakers[index].evidence += duration
        if case .voice(let id, _) = speakers[index].decision { return (speakers[index].label, learn(id, clip, duration)) }
        return (speakers[index].label, decide(index))
    }

    /// The speaker's voice is kept now.
    package mutating func created(_ voice: Voice, for label: Int) -> [Event] {
        known.put(voice)
        guard let index = speakers.firstIndex(where: { $0.label == label }) else { return [] }
        speakers[index].decision = .voice(voice.id, distance: 0)
        return [.identified(label, voice.id, confidence: 1)]
    }

    /// Whose voice the speaker's is, as it was told; nil: that is not known.
    package func known(_ label: Int) -> Event? {
        guard let speaker = speakers.first(where: { $0.label == label }), case .voice(let id, let distance) = speaker.decision else { return nil }
        return .identified(label, id, confidence: rule.confidence(at: distance))
    }

    // MARK: - Telling apart

    /// The speaker without an engine's label who sounds like `clip`.
    ///
    /// Single clips of one voice in one room lie farther from each other than whole recordings: up to the margin beyond the distance, a clip is that
    /// speaker's to whom it is plainly nearest. It takes the rule's distance to be known again.
    ///
    /// - Parameter counts: it is long enough for that; a short one may lie anywhere.
    private func nearest(to clip: Voiceprint, counts: Bool) -> Int? {
        let ranked = speakers.indices.filter { speakers[$0].isOwn }.map { (index: $0, distance: speakers[$0].voice.voiceprint.distance(to: clip)) }
            .sorted { $0.distance < $1.distance }
        guard let first = ranked.first else { return nil }
        // Whom only a short clip is known of may sound like that another time.
        let grace = !counts ? 0 : speakers[first.index].evidence > .zero ? rule.margin : 2 * rule.margin
        guard first.distance < rule.distance + grace else { return nil }
        let isPlain = first.distance < rule.distance || ranked.count < 2 || ranked[1].distance - first.distance >= rule.margin
        return isPlain ? first.index : nil
    }

    /// Of a clip that founds no speaker: whoever it sounds most like, if that is plain. Of a single one nothing says that it is not another's.
    private func likeliest(_ clip: Voiceprint) -> Int? {
        let ranked = speakers.filter(\.isOwn).map { (label: $0.label, distance: $0.voice.voiceprint.distance(to: clip)) }.sorted {
            $0.distance < $1.distance
        }
        guard ranked.count > 1, ranked[1].distance - ranked[0].distance >= rule.margin else { return nil }
        return ranked[0].label
    }

    // MARK: - Knowing again

    /// Who the speaker is, if that is open and can be told.
    private mutating func decide(_ index: Int) -> [Event] {
        let speaker = speakers[index]
        guard case .open = speaker.decision else { return [] }
        switch known.match(speaker.voice.voiceprint, evidence: speaker.evidence) {
        // Near a known one, though not plainly enough: more evidence may tell.
        case .undecided, .tie: return []
        case .unknown:
            if awaitsVoices { return [] }
            speakers[index].decision = .isCreated
            return [.isNew(speaker.label, speaker.voice.voiceprint, evidence: speaker.evidence)]
        case .known(let match, _):
            if match.who == .user { return arbitrate(index, match.voice, match.distance) }
            return identify(index, match.voice, match.distance)
        }
    }

    private mutating func identify(_ index: Int, _ voice: ID<Voice>, _ distance: Float) -> [Event] {
        speakers[index].decision = .voice(voice, distance: distance)
        return [.identified(speakers[index].label, voice, confidence: rule.confidence(at: distance))]
    }

    /// Only one of several different voices can be the user's: the nearest one, if it is that plainly; on a tie, nobody.
    private mutating func arbitrate(_ index: Int, _ voice: ID<Voice>, _ distance: Float) -> [Event] {
        guard !isUserReserved else { return [] }
        var events: [Event] = []
        var isNearest = true
        for other in speakers.indices where other != index {
            guard let theirs = distanceToUser(other),
                speakers[other].voice.voiceprint.distance(to: speakers[index].voice.voiceprint) >= rule.distance
            else { continue }
            if theirs + rule.margin <= distance {
                isNearest = false
            } else {
                if distance + rule.margin > theirs { isNearest = false }
                events += withdrawUser(other)
            }
        }
        return isNearest ? events + identify(index, voice, distance) : events
    }

    /// Of a speaker who may be the user, as far as it can be told; nil: who cannot be.
    private func distanceToUser(_ index: Int) -> Float? {
        guard case .known(let match, _) = known.match(speakers[index].voice.voiceprint, evidence: speakers[index].evidence), match.who == .user
        else { return nil }
        return match.distance
    }

    private mutating func withdrawUser(_ index: Int) -> [Event] {
        guard case .voice(let id, _) = speakers[index].decision, known[id]?.owner == .user else { return [] }
        speakers[index].decision = .open
        return [.withdrawn(speakers[index].label)]
    }

    /// A hand has said who of the speakers is the user: nobody is taken for the user by their voice any more.
    package mutating func reserveUser() -> [Event] {
        isUserReserved = true
        return speakers.indices.flatMap { withdrawUser($0) }
    }

    private mutating func learn(_ id: ID<Voice>, _ clip: Voiceprint, _ duration: Duration) -> [Event] {
        guard var voice = known[id] else { return [] }
        // Half the distance is beyond doubt; what is in doubt teaches nothing.
        guard voice.evidence < Self.maxEvidence, voice.voiceprint.distance(to: clip) < rule.distance / 2 else { return [] }
        var evidence = VoiceEvidence(voice.voiceprint, voice.evidence)
        guard evidence.add(VoiceEvidence(clip, duration)) else { return [] }
        (voice.voiceprint, voice.evidence) = (evidence.voiceprint, evidence.duration)
        known.put(voice)
        return [.learned(id, evidence.voiceprint, evidence: evidence.duration)]
    }
}
