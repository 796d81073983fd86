import Speech

/// The segmentation model's statements about pairs of clips: whether one speaker said both.
///
/// A pair has a statement when one stretch of the model has both clips, and when in both clips one speaker alone is active for long enough.
struct SpeakerHints {
    /// Two clips, by their indices.
    struct Pair: Hashable {
        let first: Int
        let second: Int

        init(_ one: Int, _ other: Int) { (first, second) = (min(one, other), max(one, other)) }
    }

    /// Minimum number of frames of a clip in which one speaker alone is active: a third of a second.
    private static let minFrames: Float = 20

    /// Amounts to add to the distances of pairs of clips: positive for clips of different speakers. Pairs without a statement are left out.
    let amounts: [Pair: Float]

    /// Indices of the clips in which the segmentation model hears a change of speakers, or two at once.
    let mixed: Set<Int>

    /// - Parameters:
    ///   - clips: the clips, in any order.
    ///   - stretches: the stretches, in order.
    ///   - isSpoken: true for each of the recording's frames that has speech.
    init(_ clips: [SampleRange], in stretches: [LocalSpeakers], isSpoken: [Bool], rule: DiarizationRule) {
        let order = clips.indices.sorted { clips[$0].start < clips[$1].start }
        var sums: [Pair: (sum: Float, count: Float)] = [:]
        var purities: [Int: (sum: Float, count: Float)] = [:]
        var passed = 0
        for stretch in stretches {
            while passed < order.count, LocalSpeakers.frame(at: clips[order[passed]].start) < stretch.firstFrame { passed += 1 }
            let heard = Self.heard(order[passed...], clips, in: stretch, isSpoken)
            for clip in heard {
                guard let purity = clip.purity else { continue }
                let earlier = purities[clip.clip] ?? (0, 0)
                purities[clip.clip] = (earlier.sum + purity, earlier.count + 1)
            }
            let said = heard.filter { !$0.shares.isEmpty }
            for (place, one) in said.enumerated() {
                for other in said[(place + 1)...] {
                    let same = zip(one.shares, other.shares).reduce(0) { $0 + $1.0 * $1.1 }
                    let earlier = sums[Pair(one.clip, other.clip)] ?? (0, 0)
                    sums[Pair(one.clip, other.clip)] = (earlier.sum + rule.apart * (1 - same) - rule.same * same, earlier.count + 1)
                }
            }
        }
        amounts = sums.mapValues { $0.sum / $0.count }
        mixed = Set(purities.filter { $0.value.sum < rule.purity * $0.value.count }.keys)
    }

    /// A clip that is inside a stretch.
    private struct HeardClip {
        var clip: Int
        /// Each speaker's share of the time in which one speaker alone is active; empty when that time is too short.
        var shares: [Float]
        /// The greatest part of the clip's speech in which one speaker alone is active; nil when the clip has too little speech.
        var purity: Float?
    }

    private static func heard(
        _ order: ArraySlice<Int>, _ clips: [SampleRange], in stretch: LocalSpeakers, _ isSpoken: [Bool]
    ) -> [HeardClip] {
        var heard: [HeardClip] = []
        var counts: [FrameCounts] = []
        for clip in order {
            let first = LocalSpeakers.frame(at: clips[clip].start) - stretch.firstFrame
            let last = LocalSpeakers.frame(at: clips[clip].end) - stretch.firstFrame
            guard first < LocalSpeakers.frames else { break }
            guard last <= LocalSpeakers.frames else { continue }
            if counts.isEmpty { counts = framesBefore(stretch, isSpoken) }
            let spoken = zip(counts[last].spokenAlone, counts[first].spokenAlone).map { $0 - $1 }
            let alone = zip(counts[last].alone, counts[first].alone).map { $0 - $1 }
            let total = spoken.reduce(0, +), active = counts[last].active - counts[first].active
            heard.append(
                HeardClip(
                    clip: clip, shares: total >= minFrames ? spoken.map { $0 / total } : [],
                    purity: active >= minFrames ? (alone.max() ?? 0) / active : nil))
        }
        return heard
    }

    /// Numbers of frames before a frame of a stretch.
    private struct FrameCounts {
        /// Frames in which anybody is active.
        var active: Float = 0
        /// Frames in which each speaker alone is active.
        var alone = [Float](repeating: 0, count: LocalSpeakers.count)
        /// The same, where voice activity finds speech too.
        var spokenAlone = [Float](repeating: 0, count: LocalSpeakers.count)
    }

    private static func framesBefore(_ stretch: LocalSpeakers, _ isSpoken: [Bool]) -> [FrameCounts] {
        var counts = [FrameCounts()]
        for frame in 0..<LocalSpeakers.frames {
            var next = counts[frame]
            let place = stretch.firstFrame + frame, activeCount = stretch.activeCount(in: frame)
            if activeCount > 0 { next.active += 1 }
            if activeCount == 1, let speaker = (0..<LocalSpeakers.count).first(where: { stretch.isActive($0, in: frame) }) {
                next.alone[speaker] += 1
                if place < isSpoken.count, isSpoken[place] { next.spokenAlone[speaker] += 1 }
            }
            counts.append(next)
        }
        return counts
    }
}
