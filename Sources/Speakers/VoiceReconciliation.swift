package import Conversations
package import Speech

/// The reconciliation of a user's voices: finds voices without a name that belong to somebody who was enrolled, and those that are one voice.
///
/// A voice that is heard before its owner is enrolled has no name. Two equal voices, one with a name and one without, would always be a tie.
package enum VoiceReconciliation {
    package enum Change: Sendable, Equatable {
        /// The voice, which has no name, is this owner's voice.
        case adopt(ID<Voice>, by: Voice.Owner, distance: Float)
        /// The voice was adopted, and its owner has no voice of this sound any more.
        case release(ID<Voice>)
        /// The two voices, which have no name, are one. The second one, which is older, stays, with this voiceprint.
        case merge(ID<Voice>, into: ID<Voice>, VoiceEvidence)
    }

    /// Returns the changes that make the voices agree. Each voice is in one change at most; another call may find more.
    ///
    /// The result does not depend on the order in which voices became known: adopted voices never count as evidence for the adoption of others.
    ///
    /// - Parameter sounds: the sounds that have come, gone or changed since the voices agreed, those of voices that got or lost a name included. Only voices
    ///   without a name that are near one of them are compared with the others. nil: all are, which takes a time that grows with the square of their
    ///   number.
    package static func changes(among voices: [Voice], near sounds: [Voiceprint]? = nil, rule: SpeakerRule) -> [Change] {
        let named = voices.filter { $0.owner != .nobody }
        let anchors = named.filter { $0.adoption == nil }
        let releases = named.filter { $0.adoption != nil && !isSupported($0, by: anchors, rule) }.map { Change.release($0.id) }
        let nameless = voices.filter { $0.owner == .nobody }.sorted { $0.number < $1.number }
        let table = VoiceDistances(nameless.map(\.voiceprint))
        // For each anchor, the distances of all voices without a name.
        let distances = anchors.map { table.distances(from: $0.voiceprint) }
        var claims: [(owner: Voice.Owner, claims: [Claim])] = []
        for (place, voice) in nameless.enumerated() {
            guard let (owner, distance) = owner(of: voice, anchors, distances.map { $0[place] }, named, rule) else { continue }
            let claim = Claim(voice: voice, distance: distance)
            if let index = claims.firstIndex(where: { $0.owner == owner }) {
                claims[index].claims.append(claim)
            } else {
                claims.append((owner, [claim]))
            }
        }
        let adoptions = claims.flatMap { owner, claims in
            granted(claims, rivals: rivals(of: owner, among: nameless, anchors, distances, rule), rule).map { claim in
                Change.adopt(claim.voice.id, by: owner, distance: claim.distance)
            }
        }
        let adopted = Set(adoptions.compactMap { if case .adopt(let voice, _, _) = $0 { voice } else { nil } })
        let rest = nameless.filter { !adopted.contains($0.id) }
        // For the voices that stay without a name, an adopted one is gone.
        let sounds = sounds.map { $0 + nameless.filter { adopted.contains($0.id) }.map(\.voiceprint) }
        return releases + adoptions + merges(among: rest, beside: named, near: sounds, rule)
    }

    /// Returns the merges of voices without a name that are one beyond doubt: nearer to each other than to any other voice by the margin.
    private static func merges(among nameless: [Voice], beside named: [Voice], near sounds: [Voiceprint]?, _ rule: SpeakerRule) -> [Change] {
        let table = VoiceDistances(nameless.map(\.voiceprint))
        var isNear = [Bool](repeating: sounds == nil, count: nameless.count)
        for sound in sounds ?? [] {
            // A voice that keeps two others apart is as near to one of them as they are to each other, and the margin.
            for (place, distance) in table.distances(from: sound).enumerated() where distance < rule.distance + rule.margin { isNear[place] = true }
        }
        var merges: [Change] = []
        var done: Set<Int> = []
        for place in nameless.indices.reversed() where isNear[place] && !done.contains(place) {
            let voice = nameless[place], distances = table.distances(from: voice.voiceprint)
            var nearest: (place: Int, distance: Float)?
            for (other, distance) in distances.enumerated() where other != place && distance < nearest?.distance ?? .infinity {
                nearest = (other, distance)
            }
            guard let nearest, nearest.place < place, !done.contains(nearest.place), nearest.distance < rule.distance - rule.margin,
                named.allSatisfy({ $0.voiceprint.distance(to: voice.voiceprint) - nearest.distance >= rule.margin - rounding })
            else { continue }
            let other = nameless[nearest.place]
            var evidence = VoiceEvidence(other.voiceprint, other.evidence)
            guard evidence.add(VoiceEvidence(voice.voiceprint, voice.evidence)) else { continue }
            merges.append(.merge(voice.id, into: other.id, evidence))
            done.formUnion([place, nearest.place])
        }
        return merges
    }

    private struct Claim {
        let voice: Voice
        let distance: Float
    }

    /// Returns false if no voice that shows the owner's sound is near an adopted voice. The margin keeps a voice at the limit from changing hands
    /// again and again.
    private static func isSupported(_ voice: Voice, by anchors: [Voice], _ rule: SpeakerRule) -> Bool {
        anchors.contains { $0.owner == voice.owner && $0.voiceprint.distance(to: voice.voiceprint) < rule.distance + rule.margin }
    }

    /// Returns the owner of whom a voice is plainly the voice: near enough, and nearer by the margin than to any other owner.
    ///
    /// - Parameter distances: those of the anchors from the voice.
    private static func owner(
        of voice: Voice, _ anchors: [Voice], _ distances: [Float], _ named: [Voice], _ rule: SpeakerRule
    ) -> (owner: Voice.Owner, distance: Float)? {
        let ranked = zip(anchors, distances).map { (owner: $0.owner, distance: $1) }
        // Too little of a short voice was heard for anything but what is beyond doubt.
        let limit = rule.isShort(voice) ? rule.distance - rule.margin : rule.distance
        guard let nearest = ranked.min(by: { $0.distance < $1.distance }), nearest.distance < limit else { return nil }
        let isPlain = named.allSatisfy {
            $0.owner == nearest.owner || $0.voiceprint.distance(to: voice.voiceprint) - nearest.distance >= rule.margin - rounding
        }
        return isPlain ? nearest : nil
    }

    /// Returns the distances of all voices without a name from an owner's voices.
    ///
    /// - Parameter distances: for each anchor, those of all voices without a name.
    private static func rivals(
        of owner: Voice.Owner, among nameless: [Voice], _ anchors: [Voice], _ distances: [[Float]], _ rule: SpeakerRule
    ) -> [Claim] {
        let own = anchors.indices.filter { anchors[$0].owner == owner }
        return nameless.enumerated().filter { !rule.isShort($1) }.compactMap { place, voice in
            own.map { distances[$0][place] }.min().map { Claim(voice: voice, distance: $0) }
        }
    }

    /// Returns those claims on one owner that agree with each other: a person has one voice.
    ///
    /// A voice that is nearer than the rule's distance by the margin is beyond doubt. Any other voice must sound like one that is granted; the first
    /// one must be nearer to the owner by the margin than every voice that sounds different.
    private static func granted(_ claims: [Claim], rivals: [Claim], _ rule: SpeakerRule) -> [Claim] {
        var granted: [Claim] = []
        for claim in claims.sorted(by: { ($0.distance, $0.voice.number) < ($1.distance, $1.voice.number) }) {
            func isLike(_ other: Claim) -> Bool { other.voice.voiceprint.distance(to: claim.voice.voiceprint) < rule.distance }
            let agrees =
                if claim.distance < rule.distance - rule.margin {
                    true
                } else if granted.isEmpty {
                    rivals.allSatisfy { isLike($0) || $0.distance - claim.distance >= rule.margin - rounding }
                } else {
                    granted.contains { isLike($0) }
                }
            if agrees { granted.append(claim) }
        }
        return granted.sorted { $0.voice.number < $1.voice.number }
    }

    /// A small constant that keeps a rounding error from counting as a difference.
    private static let rounding: Float = 1e-6
}
