package import Conversations
package import Speakers
internal import Speech

/// The speakers of a whole recording. Speakers of different chunks are joined when they are known to be the same, or sound the same.
///
/// The result depends on the chunks alone. Taking two speakers for one is worse than taking one for two: uncertain speakers stay apart, and two
/// speakers whom an engine tells apart within a chunk are never joined by their sound.
package struct Reconciliation: Sendable {
    /// An engine's speaker in one chunk.
    package struct Part: Hashable, Sendable {
        package var chunk: String
        package var cluster: String

        package init(chunk: String, cluster: String) {
            self.chunk = chunk
            self.cluster = cluster
        }
    }

    package struct Speaker: Sendable {
        package var parts: [Part]
        package var identity: SpeakerIdentity
        /// Voice of the speaker in all parts together; nil: no voiceprint was computed.
        package var voice: VoiceEvidence?
    }

    package private(set) var speakers: [Speaker] = []
    private var places: [Part: Int] = [:]

    package init(_ chunks: [RecognizedChunk], rule: SpeakerRule = SpeakerRule()) {
        var parts: [Part] = []
        var identities: [Part: SpeakerIdentity] = [:]
        var voices: [Part: VoiceEvidence] = [:]
        for chunk in chunks.sorted(by: { ($0.start, $0.id) < ($1.start, $1.id) }) {
            for cluster in Set(chunk.words.compactMap(\.cluster)).sorted() {
                let part = Part(chunk: chunk.id, cluster: cluster)
                parts.append(part)
                if let identity = chunk.identities[cluster], identity.who != .unknown { identities[part] = identity }
                voices[part] = chunk.voices[cluster]
            }
        }
        var groups = Groups(parts)
        var first: [SpeakerIdentity.Key: Part] = [:]
        for part in parts {
            guard let key = identities[part].flatMap({ SpeakerIdentity.Key($0.who) }) else { continue }
            if let other = first[key] { groups.join(part, other) } else { first[key] = part }
        }
        for alike in Self.alike(parts, voices, rule) {
            let known = Set(alike.compactMap { identities[$0].flatMap { SpeakerIdentity.Key($0.who) } })
            // Two of the parts are known to be different people although they sound alike, so the sound does not decide about the other parts.
            let joined = known.count < 2 ? alike : alike.filter { identities[$0] == nil }
            for part in joined.dropFirst() { groups.join(part, joined[0]) }
        }
        for part in parts {
            let root = groups.root(part)
            let place = places[root] ?? speakers.count
            if place == speakers.count { speakers.append(Speaker(parts: [], identity: .unknown)) }
            places[root] = place
            places[part] = place
            speakers[place].parts.append(part)
            if let identity = identities[part], identity.confidence ?? 0 > speakers[place].identity.confidence ?? -1 {
                speakers[place].identity = identity
            }
            guard let voice = voices[part] else { continue }
            if speakers[place].voice == nil { speakers[place].voice = voice } else { speakers[place].voice?.add(voice) }
        }
    }

    package subscript(part: Part) -> Int? { places[part] }

    /// Sets the identity of a speaker.
    package mutating func identify(_ speaker: Int, as identity: SpeakerIdentity) { speakers[speaker].identity = identity }

    /// Returns groups of parts that sound like one voice. Of the parts that an engine tells apart in a chunk, a group has only one: the part whose
    /// voice is best known.
    private static func alike(_ parts: [Part], _ voices: [Part: VoiceEvidence], _ rule: SpeakerRule) -> [[Part]] {
        let heard = parts.filter { voices[$0].map { $0.duration >= rule.shortestClip } ?? false }
        var alike: [[Part]] = []
        for model in Set(heard.compactMap { voices[$0]?.voiceprint.model }).sorted() {
            let own = heard.filter { voices[$0]?.voiceprint.model == model }
            for group in VoiceClusters(own.compactMap { voices[$0]?.voiceprint }, distance: rule.distance).groups {
                let members = group.map { own[$0] }
                var best: [String: (base: Substring, duration: Duration)] = [:]
                for part in members {
                    let duration = voices[part]?.duration ?? .zero
                    if best[part.chunk].map({ duration > $0.duration }) ?? true { best[part.chunk] = (ClusterParts.base(part.cluster), duration) }
                }
                alike.append(members.filter { best[$0.chunk]?.base == ClusterParts.base($0.cluster) })
            }
        }
        return alike
    }

    /// Disjoint sets of parts, which are joined step by step.
    private struct Groups {
        private var parents: [Part: Part]
        private let order: [Part: Int]

        init(_ parts: [Part]) {
            parents = Dictionary(parts.map { ($0, $0) }) { first, _ in first }
            order = Dictionary(parts.enumerated().map { ($1, $0) }) { first, _ in first }
        }

        func root(_ part: Part) -> Part {
            var part = part
            while let parent = parents[part], parent != part { part = parent }
            return part
        }

        /// Joins the sets of two parts. The earlier part represents the joined set.
        mutating func join(_ a: Part, _ b: Part) {
            let a = root(a), b = root(b)
            let isInOrder = order[a, default: 0] <= order[b, default: 0]
            parents[isInOrder ? b : a] = isInOrder ? a : b
        }
    }
}

extension SpeakerIdentity {
    /// Lookup key of an identity. The initializer returns nil for an unknown identity.
    fileprivate enum Key: Hashable {
        case user
        case person(ID<Person>)
        case voice(ID<Voice>)

        init?(_ who: Who) {
            switch who {
            case .unknown: return nil
            case .user: self = .user
            case .person(let id): self = .person(id)
            case .voice(let id): self = .voice(id)
            }
        }
    }
}
