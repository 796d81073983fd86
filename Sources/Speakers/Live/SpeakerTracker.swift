package import Conversations
package import Speech

/// Tracks the speakers of one live session: collects their voices, tells speakers apart where no engine does, and recognizes known voices.
///
/// A value without I/O. Each speaker has a label: the session's own where an engine tells speakers apart, otherwise a label of the tracker.
package struct SpeakerTracker: Sendable {
    package enum Event: Sendable, Equatable {
        /// This speaker has a known voice.
        ///
        /// - Parameter confidence: 0 at the rule's distance, 1 for identical voiceprints.
        case identified(Int, ID<Voice>, confidence: Float)
        /// The identification was a mistake, or the speaker can no longer be identified.
        case withdrawn(Int)
        /// No known voice sounds like this speaker. Store the voice, and report that by `created`.
        case isNew(Int, Voiceprint, evidence: Duration)
        /// More of a known voice was heard. The voiceprint is its current one.
        case learned(ID<Voice>, Voiceprint, evidence: Duration)
    }

    private enum Decision: Sendable, Equatable {
        case open
        /// The store is creating a voice for the speaker.
        case isCreated
        case voice(ID<Voice>, distance: Float)
    }

    private struct Speaker: Sendable {
        let label: Int
        let isOwn: Bool
        /// Voice by all clips that count as evidence, and by the first clip in any case.
        var voice: VoiceEvidence
        /// Duration of the clips that are long enough to count.
        var evidence: Duration
        var decision = Decision.open
    }

    private var speakers: [Speaker] = []
    private var known: VoiceDirectory
    private var rule: SpeakerRule { known.rule }
    private var nextLabel = SpeakerTracker.ownLabels
    private var awaitsVoices: Bool
    private let joinsLabels: Bool
    private var isUserReserved = false

    /// The first of the tracker's own labels.
    package static let ownLabels = 1_000_000
    /// Maximum number of speakers in a session. A clip of a further speaker keeps its own label, or gets that of the plainly nearest speaker.
    private static let maxSpeakers = 64
    /// Length of a clip below which a shorter one is not farther from its speaker's voice.
    private static let shortestSure: Duration = .milliseconds(750)
    /// Distance by which a clip that is too short to count may exceed the rule's distance. Of clips of others, 1 % are nearer, whatever their length.
    private static let shortGrace: Float = 0.15
    /// Evidence beyond which further speech no longer changes a voiceprint.
    private static let maxEvidence: Duration = .seconds(60)

    /// - Parameters:
    ///   - awaitsVoices: true while the known voices are being read: until `know` is called, no speaker counts as new.
    ///   - joinsLabels: true if a clip without an engine's label may belong to a speaker to whom an engine has given a label.
    package init(rule: SpeakerRule = SpeakerRule(), awaitsVoices: Bool = false, joinsLabels: Bool = false) {
        known = VoiceDirectory(rule: rule)
        self.awaitsVoices = awaitsVoices
        self.joinsLabels = joinsLabels
    }

    /// Sets the voices that are known from now on.
    @discardableResult
    package mutating func know(_ voices: [Voice]) -> [Event] {
        known = VoiceDirectory(voices, rule: rule)
        for index in speakers.indices {
            // A voice that was deleted, or joined with another, is searched for again.
            if case .voice(let id, _) = speakers[index].decision, known[id] == nil { speakers[index].decision = .open }
        }
        guard awaitsVoices else { return [] }
        awaitsVoices = false
        return speakers.indices.flatMap { speakers[$0].evidence > .zero ? decide($0) : [] }
    }

    /// Takes a clip of one speaker.
    ///
    /// - Parameter label: the session's label of the speaker; nil: no engine has told which speaker it is.
    /// - Returns: the speaker's label; nil when the clip is too short to tell.
    package mutating func hear(_ clip: Voiceprint, lasting duration: Duration, label: Int?) -> (label: Int?, events: [Event]) {
        let counts = duration >= rule.shortestClip
        let before = label.map { label in speakers.firstIndex { $0.label == label } } ?? nearest(to: clip, counts: counts)
        let index: Int
        if let before {
            index = before
            // A short clip says little, and might distort the voiceprint.
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

    /// Returns the label that a clip without an engine's label would get now: a speaker's, or that of the next new one. Nothing is learned.
    ///
    /// - Returns: nil when the clip does not plainly tell.
    package func likely(_ clip: Voiceprint, lasting duration: Duration) -> Int? {
        let counts = duration >= rule.shortestClip
        if let index = nearest(to: clip, counts: counts) { return speakers[index].label }
        // Where a short clip is between two voices, a longer one will tell more.
        return newcomer(clip, lasting: duration) ?? (counts ? likeliest(clip) : nil)
    }

    /// Returns the label of the next new speaker where a clip without an engine's label, however short, is surely nobody's who was heard; otherwise nil.
    /// Nothing is learned.
    package func newcomer(_ clip: Voiceprint, lasting duration: Duration) -> Int? {
        let limit = surelyOther(lasting: duration)
        let isOther = speakers.allSatisfy { $0.voice.voiceprint.distance(to: clip) >= limit }
        return isOther && speakers.count < Self.maxSpeakers ? nextLabel : nil
    }

    /// Distance from every speaker from which a clip is surely another's. Short clips are farther from their own speaker's voice: on the development
    /// recordings, of clips of 0.5 to 0.8 s 1 % are 0.88 away or more, and of clips of 2 s 1 % are 0.64 away or more. Half of the clips of others are
    /// 0.93 away or more, whatever their length.
    private func surelyOther(lasting duration: Duration) -> Float {
        let missing = max(0, min(1, (rule.shortestClip - duration) / (rule.shortestClip - Self.shortestSure)))
        return surelyOther + 2 * rule.margin * Float(missing)
    }

    /// Notes that the speaker's voice is stored.
    package mutating func created(_ voice: Voice, for label: Int) -> [Event] {
        known.put(voice)
        guard let index = speakers.firstIndex(where: { $0.label == label }) else { return [] }
        speakers[index].decision = .voice(voice.id, distance: 0)
        return [.identified(label, voice.id, confidence: 1)] + speakers.indices.flatMap { speakers[$0].evidence > .zero ? decide($0) : [] }
    }

    /// Returns the identification of a speaker, as it was reported; nil when the speaker is not identified.
    package func known(_ label: Int) -> Event? {
        guard let speaker = speakers.first(where: { $0.label == label }), case .voice(let id, let distance) = speaker.decision else { return nil }
        return .identified(label, id, confidence: rule.confidence(at: distance))
    }

    // MARK: - Telling speakers apart

    /// Returns the speaker without an engine's label who sounds like `clip`.
    ///
    /// Single clips of one voice in one room are farther apart than whole recordings. Therefore a clip may exceed the rule's distance by up to the
    /// margin, if one speaker is plainly the nearest. To identify a known voice, the rule's distance itself is required.
    ///
    /// - Parameter counts: true if the clip is long enough to be evidence of a voice.
    private func nearest(to clip: Voiceprint, counts: Bool) -> Int? {
        let ranked = speakers.indices.filter { joinsLabels || speakers[$0].isOwn }.map {
            (index: $0, distance: speakers[$0].voice.voiceprint.distance(to: clip))
        }
        .sorted { $0.distance < $1.distance }
        guard let first = ranked.first else { return nil }
        // A speaker of whom only a short clip is known may sound different the next time.
        let grace = !counts ? Self.shortGrace : speakers[first.index].evidence > .zero ? rule.margin : 2 * rule.margin
        guard first.distance < rule.distance + grace else { return nil }
        let isPlain = first.distance < rule.distance || ranked.count < 2 || ranked[1].distance - first.distance >= rule.margin
        return isPlain ? first.index : nil
    }

    /// Returns the speaker who plainly sounds most like a clip that is too short to make a speaker. With a single speaker nothing can be concluded.
    private func likeliest(_ clip: Voiceprint) -> Int? {
        let ranked = speakers.filter { joinsLabels || $0.isOwn }.map { (label: $0.label, distance: $0.voice.voiceprint.distance(to: clip)) }.sorted {
            $0.distance < $1.distance
        }
        guard ranked.count > 1, ranked[1].distance - ranked[0].distance >= rule.margin else { return nil }
        return ranked[0].label
    }

    // MARK: - Recognizing known voices

    /// Decides who the speaker is, if that is open and the evidence suffices.
    private mutating func decide(_ index: Int) -> [Event] {
        let speaker = speakers[index]
        guard case .open = speaker.decision else { return [] }
        switch known.match(speaker.voice.voiceprint, evidence: speaker.evidence) {
        // The speaker is near a known voice, but not plainly enough. More evidence may decide.
        case .undecided, .tie: return []
        case .unknown:
            if awaitsVoices || isNearNew(speaker) { return [] }
            speakers[index].decision = .isCreated
            return [.isNew(speaker.label, speaker.voice.voiceprint, evidence: speaker.evidence)]
        case .known(let match, _):
            if match.who == .user { return arbitrate(index, match.voice, match.distance) }
            return identify(index, match.voice, match.distance)
        }
    }

    /// Returns true if the speaker may have the voice of another one, which the store is creating. `created` decides then: however long the store takes,
    /// one voice is created once.
    private func isNearNew(_ speaker: Speaker) -> Bool {
        let new = speakers.filter { $0.decision == .isCreated }.map { other in
            Voice(
                id: ID("new \(other.label)"), number: 0, voiceprint: other.voice.voiceprint, evidence: max(other.evidence, rule.evidence),
                created: UnixTime(milliseconds: 0))
        }
        guard !new.isEmpty, case .unknown = VoiceDirectory(new, rule: rule).match(speaker.voice.voiceprint, evidence: speaker.evidence) else {
            return !new.isEmpty
        }
        return false
    }

    private mutating func identify(_ index: Int, _ voice: ID<Voice>, _ distance: Float) -> [Event] {
        speakers[index].decision = .voice(voice, distance: distance)
        return [.identified(speakers[index].label, voice, confidence: rule.confidence(at: distance))] + complete(voice, with: speakers[index])
    }

    /// Adds what was heard of a speaker to a voice of which too little was heard before.
    private mutating func complete(_ id: ID<Voice>, with speaker: Speaker) -> [Event] {
        guard var voice = known[id], rule.isShort(voice) else { return [] }
        var evidence = VoiceEvidence(voice.voiceprint, voice.evidence)
        guard evidence.add(VoiceEvidence(speaker.voice.voiceprint, speaker.evidence)) else { return [] }
        (voice.voiceprint, voice.evidence) = (evidence.voiceprint, evidence.duration)
        known.put(voice)
        return [.learned(id, evidence.voiceprint, evidence: evidence.duration)]
    }

    // MARK: - The end

    /// Distance from every known voice at which a short voice is surely another one: clips of one voice are at most 0.66 apart.
    private var surelyOther: Float { rule.distance + 2 * rule.margin }

    /// Ends the session for the speakers of whom too little was heard. A speaker who sounds like a voice without a name has that voice. Others have
    /// a new voice, which is recognized once more of it comes. No speaker gets a person's name from so little.
    package mutating func finish() -> [Event] {
        guard !awaitsVoices else { return [] }
        var events: [Event] = []
        for index in speakers.indices where speakers[index].decision == .open && speakers[index].evidence >= rule.shortestClip {
            let speaker = speakers[index]
            // Whoever waits for a voice that is being created is not created from little; from enough, the two voices are compared later.
            if isNearNew(speaker) {
                guard speaker.evidence >= rule.evidence, case .unknown = known.match(speaker.voice.voiceprint, evidence: speaker.evidence) else {
                    continue
                }
                speakers[index].decision = .isCreated
                events.append(.isNew(speaker.label, speaker.voice.voiceprint, evidence: speaker.evidence))
                continue
            }
            guard speaker.evidence < rule.evidence else { continue }
            let candidates = known.contenders(for: speaker.voice.voiceprint)
            guard let first = candidates.first, first.distance < surelyOther else {
                speakers[index].decision = .isCreated
                events.append(.isNew(speaker.label, speaker.voice.voiceprint, evidence: speaker.evidence))
                continue
            }
            guard first.distance < rule.distance, case .voice(let voice) = first.who,
                candidates.count < 2 || candidates[1].distance - first.distance >= rule.margin
            else { continue }
            events += identify(index, voice, first.distance)
        }
        return events
    }

    /// Decides which of several speakers is the user, because only one can be: the plainly nearest one, or nobody on a tie.
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

    /// Returns the distance to the user's voice of a speaker who may be the user; nil for a speaker who cannot be.
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

    /// Notes that a person has marked the user's speaker by hand. From now on no voice identifies a speaker as the user.
    package mutating func reserveUser() -> [Event] {
        isUserReserved = true
        return speakers.indices.flatMap { withdrawUser($0) }
    }

    private mutating func learn(_ id: ID<Voice>, _ clip: Voiceprint, _ duration: Duration) -> [Event] {
        guard var voice = known[id] else { return [] }
        // Half the distance is beyond doubt; a doubtful clip must not change the voiceprint.
        guard voice.evidence < Self.maxEvidence, voice.voiceprint.distance(to: clip) < rule.distance / 2 else { return [] }
        var evidence = VoiceEvidence(voice.voiceprint, voice.evidence)
        guard evidence.add(VoiceEvidence(clip, duration)) else { return [] }
        (voice.voiceprint, voice.evidence) = (evidence.voiceprint, evidence.duration)
        known.put(voice)
        return [.learned(id, evidence.voiceprint, evidence: evidence.duration)]
    }
}
