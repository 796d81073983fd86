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
    package static func changes(among voices: [Voice], rule: SpeakerRule) -> [Change] {
        let named = voices.filter { $0.owner != .nobody }
        let anchors = named.filter { $0.adoption == nil }
        let releases = named.filter { $0.adoption != nil && !isSupported($0, by: anchors, rule) }.map { Change.release($0.id) }
        let nameless = voices.filter { $0.owner == .nobody }.sorted { $0.number < $1.number }
        var claims: [(owner: Voice.Owner, claims: [Claim])] = []
        for voice in nameless {
            guard let (owner, distance) = owner(of: voice, anchors, named, rule) else { continue }
            let claim = Claim(voice: voice, distance: distance)
            if let index = claims.firstIndex(where: { $0.owner == owner }) {
                claims[index].claims.append(claim)
            } else {
                claims.append((owner, [claim]))
            }
        }
        let adoptions = claims.flatMap { owner, claims in
            granted(claims, rivals: rivals(of: owner, among: nameless, anchors, rule), rule).map { claim in
                Change.adopt(claim.voice.id, by: owner, distance: claim.distance)
            }
        }
        let adopted = Set(adoptions.compactMap { if case .adopt(let voice, _, _) = $0 { voice } else { nil } })
        return releases + adoptions + merges(among: nameless.filter { !adopted.contains($0.id) }, beside: named, rule)
    }

    /// Returns the merges of voices without a name that are one beyond doubt: nearer to each other than to any other voice by the margin.
    private static func merges(among nameless: [Voice], beside named: [Voice], _ rule: SpeakerRule) -> [Change] {
        var merges: [Change] = []
        var done: Set<ID<Voice>> = []
        for voice in nameless.reversed() where !done.contains(voice.id) {
            let others = nameless.filter { $0.id != voice.id }
            func distance(_ other: Voice) -> Float { other.voiceprint.distance(to: voice.voiceprint) }
            guard let nearest = others.min(by: { distance($0) < distance($1) }), nearest.number < voice.number, !done.contains(nearest.id),
                distance(nearest) < rule.distance - rule.margin,
                named.allSatisfy({ distance($0) - distance(nearest) >= rule.margin - rounding })
            else { continue }
            var evidence = VoiceEvidence(nearest.voiceprint, nearest.evidence)
            guard evidence.add(VoiceEvidence(voice.voiceprint, voice.evidence)) else { continue }
            merges.append(.merge(voice.id, into: nearest.id, evidence))
            done.formUnion([voice.id, nearest.id])
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
    private static func owner(
        of voice: Voice, _ anchors: [Voice], _ named: [Voice], _ rule: SpeakerRule
    ) -> (owner: Voice.Owner, distance: Float)? {
        let ranked = anchors.map { (owner: $0.owner, distance: $0.voiceprint.distance(to: voice.voiceprint)) }
        // Too little of a short voice was heard for anything but what is beyond doubt.
        let limit = rule.isShort(voice) ? rule.distance - rule.margin : rule.distance
        guard let nearest = ranked.min(by: { $0.distance < $1.distance }), nearest.distance < limit else { return nil }
        let isPlain = named.allSatisfy {
            $0.owner == nearest.owner || $0.voiceprint.distance(to: voice.voiceprint) - nearest.distance >= rule.margin - rounding
        }
        return isPlain ? nearest : nil
    }

    /// Returns the distances of all voices without a name from an owner's voices.
    private static func rivals(of owner: Voice.Owner, among nameless: [Voice], _ anchors: [Voice], _ rule: SpeakerRule) -> [Claim] {
        let own = anchors.filter { $0.owner == owner }
        return nameless.filter { !rule.isShort($0) }.compactMap { voice in
            own.map { $0.voiceprint.distance(to: voice.voiceprint) }.min().map { Claim(voice: voice, distance: $0) }
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
