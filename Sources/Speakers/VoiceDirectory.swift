package import Conversations
package import Speech

/// The known voices of one user's recordings: the user's own, other people's, and voices without a name.
package struct VoiceDirectory: Sendable, Equatable {
    /// A known voice to compare with, and its owner.
    package struct Candidate: Sendable, Equatable {
        package var voice: ID<Voice>
        package var who: SpeakerIdentity.Who
        package var distance: Float
    }

    package enum Match: Sendable, Equatable {
        /// There is too little speech to decide.
        case undecided
        case known(Candidate, confidence: Float)
        /// The voice is near enough, but equally near to another owner.
        case tie(Candidate, Candidate)
        /// The voice is not known. `nearest` is the nearest known voice, if there are any.
        case unknown(nearest: Candidate?)
    }

    package let rule: SpeakerRule
    private var byID: [ID<Voice>: Voice] = [:]

    package init(_ voices: [Voice] = [], rule: SpeakerRule = SpeakerRule()) {
        self.rule = rule
        for voice in voices { byID[voice.id] = voice }
    }

    package subscript(id: ID<Voice>) -> Voice? { byID[id] }

    /// The voices, in no particular order.
    package var voices: [Voice] { Array(byID.values) }

    /// Adds the voice, or replaces its earlier state.
    package mutating func put(_ voice: Voice) { byID[voice.id] = voice }

    package mutating func remove(_ id: ID<Voice>) { byID[id] = nil }

    /// Returns the voices to compare with, nearest first, and for each owner only the nearest voice. Voiceprints of another model are left out.
    package func candidates(_ voiceprint: Voiceprint) -> [Candidate] {
        var seen: Set<String> = []
        return byID.values.filter { $0.voiceprint.isComparable(to: voiceprint) }
            .map { Candidate(voice: $0.id, who: Self.who($0), distance: $0.voiceprint.distance(to: voiceprint)) }
            .sorted { ($0.distance, $0.voice.rawValue) < ($1.distance, $1.voice.rawValue) }
            .filter { seen.insert(Self.key($0.who)).inserted }
    }

    /// Returns the candidates, without voices of which too little was heard if another voice is near enough: a short voice makes no tie.
    package func contenders(for voiceprint: Voiceprint) -> [Candidate] {
        let all = candidates(voiceprint), whole = all.filter { byID[$0.voice].map { !rule.isShort($0) } ?? false }
        return whole.first.map { $0.distance < rule.distance } ?? false ? whole : all
    }

    /// Finds the known voice for a voiceprint that was made from this duration of speech.
    package func match(_ voiceprint: Voiceprint, evidence: Duration) -> Match {
        guard evidence >= rule.evidence else { return .undecided }
        let candidates = contenders(for: voiceprint)
        guard let first = candidates.first, first.distance < rule.distance else { return .unknown(nearest: candidates.first) }
        // The small constant keeps a rounding error from counting as a difference.
        if candidates.count > 1, candidates[1].distance - first.distance < rule.margin - 1e-6 { return .tie(first, candidates[1]) }
        return .known(first, confidence: rule.confidence(at: first.distance))
    }

    /// Returns suggestions for the user: the three nearest owners with a name who are near enough to be worth a question.
    package func suggestions(_ voiceprint: Voiceprint) -> [(candidate: Candidate, level: Int)] {
        candidates(voiceprint).filter { if case .voice = $0.who { false } else { true } }
            .map { ($0, rule.level(at: $0.distance)) }.filter { $0.1 > 0 }.prefix(3).map { $0 }
    }

    package static func who(_ voice: Voice) -> SpeakerIdentity.Who {
        switch voice.owner {
        case .nobody: .voice(voice.id)
        case .person(let id): .person(id)
        case .user: .user
        }
    }

    private static func key(_ who: SpeakerIdentity.Who) -> String {
        switch who {
        case .unknown: ""
        case .voice(let id): "v" + id.rawValue
        case .person(let id): "p" + id.rawValue
        case .user: "u"
        }
    }
}
