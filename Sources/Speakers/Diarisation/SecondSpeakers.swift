import Speech

/// Finds who else speaks where two speak at once.
///
/// The speakers of each stretch are paired with the recording's speakers, by the time that they share. In each frame that has a second speaker, the
/// second speaker is the recording's speaker with the highest probability, apart from the first one.
enum SecondSpeakers {
    /// Minimum number of shared frames of a pair.
    private static let minShared: Float = 6
    /// Weight of a shared frame in which two speakers are active.
    private static let overlapWeight: Float = 0.25
    /// Probability up to which a speaker does not count as heard.
    private static let minProbability: Float = 0.05
    /// Number of frames on either side in which the nearest other speaker is looked for: ten seconds.
    private static let reach = 600

    /// Returns the ranges in which a speaker is the second one, in order.
    ///
    /// - Parameters:
    ///   - first: the turns of the first speakers, in order, without overlaps.
    ///   - count: number of speakers.
    static func turns(
        beside first: [SpeakerTurn], of count: Int, _ activity: SpeechActivity, in stretches: [LocalSpeakers], _ rule: DiarizationRule
    ) -> [SpeakerTurn] {
        let speakers = FrameSpeakers(first)
        let overlapped = speakers.frames.filter { speakers[$0] != nil && activity.isOverlapped($0, rule) }
        guard count > 1, !overlapped.isEmpty else { return [] }
        let votes = votes(for: Set(overlapped), speakers, count, stretches)
        var turns: [SpeakerTurn] = []
        for frame in overlapped {
            guard let speaker = second(frame, votes[frame], speakers) else { continue }
            let start = SampleIndex(Int64(frame) * LocalSpeakers.frame.samples)
            if let last = turns.last, last.speaker.number == speaker, last.range.end == start {
                turns[turns.count - 1].range.end = start + LocalSpeakers.frame
            } else {
                turns.append(SpeakerTurn(SampleRange(start, count: LocalSpeakers.frame), SpeakerLabel(speaker)))
            }
        }
        return turns
    }

    private static func second(_ frame: Int, _ votes: [Float]?, _ speakers: FrameSpeakers) -> Int? {
        let others = (votes ?? []).indices.filter { $0 != speakers[frame] }
        guard let votes, let best = others.max(by: { votes[$0] < votes[$1] }), votes[best] > minProbability else {
            return speakers.nearestOther(frame, within: reach)
        }
        return best
    }

    /// Returns the sums of the probabilities of each of the recording's speakers, for the given frames.
    private static func votes(for frames: Set<Int>, _ speakers: FrameSpeakers, _ count: Int, _ stretches: [LocalSpeakers]) -> [Int: [Float]] {
        var votes: [Int: [Float]] = [:]
        for stretch in stretches {
            let places = stretch.firstFrame..<(stretch.firstFrame + LocalSpeakers.frames)
            let wanted = places.filter(frames.contains)
            guard !wanted.isEmpty else { continue }
            let pairs = pairs(shared(stretch, speakers, count))
            for place in wanted {
                for (local, speaker) in pairs.enumerated() {
                    if let speaker {
                        votes[place, default: Array(repeating: 0, count: count)][speaker] += stretch.probability(
                            of: local, in: place - stretch.firstFrame)
                    }
                }
            }
        }
        return votes
    }

    /// Returns the number of frames that each speaker of the stretch shares with each speaker of the recording.
    private static func shared(_ stretch: LocalSpeakers, _ speakers: FrameSpeakers, _ count: Int) -> [[Float]] {
        var shared = [[Float]](repeating: [Float](repeating: 0, count: count), count: LocalSpeakers.count)
        for frame in 0..<LocalSpeakers.frames {
            guard let speaker = speakers[stretch.firstFrame + frame] else { continue }
            let weight = stretch.activeCount(in: frame) > 1 ? overlapWeight : 1
            for local in shared.indices where stretch.isActive(local, in: frame) { shared[local][speaker] += weight }
        }
        return shared
    }

    /// Returns a different speaker of the recording for each speaker of the stretch, so that the shared time is longest. Speakers that share too little
    /// get nil.
    private static func pairs(_ shared: [[Float]]) -> [Int?] {
        var best: (sum: Float, pairs: [Int?]) = (-1, [])
        func extend(_ pairs: [Int?], _ sum: Float) {
            guard pairs.count < shared.count else {
                if sum > best.sum { best = (sum, pairs) }
                return
            }
            let row = shared[pairs.count]
            for speaker in row.indices where row[speaker] > 0 && !pairs.contains(speaker) { extend(pairs + [speaker], sum + row[speaker]) }
            extend(pairs + [nil], sum)
        }
        extend([], 0)
        return zip(best.pairs, shared).map { speaker, row in speaker.flatMap { row[$0] >= minShared ? $0 : nil } }
    }
}
