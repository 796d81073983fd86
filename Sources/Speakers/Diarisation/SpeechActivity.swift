import Speech

/// The probabilities that anybody and that a second speaker is active, for each frame of a recording: means over the stretches that have the frame.
struct SpeechActivity {
    private var anybody: [Float]
    private var second: [Float]
    /// Number of stretches that have the frame.
    private var heard: [Float]

    /// - Parameter end: end of the recording's speech.
    init(_ stretches: [LocalSpeakers], until end: SampleIndex) {
        let count = LocalSpeakers.frame(at: end) + 1
        anybody = Array(repeating: 0, count: count)
        second = anybody
        heard = anybody
        for stretch in stretches {
            for frame in 0..<LocalSpeakers.frames where stretch.firstFrame + frame < count {
                let likely = stretch.likeliest(in: frame)
                anybody[stretch.firstFrame + frame] += likely.first
                second[stretch.firstFrame + frame] += likely.second
                heard[stretch.firstFrame + frame] += 1
            }
        }
    }

    /// Returns true where two speakers are active.
    func isOverlapped(_ frame: Int, _ rule: DiarizationRule) -> Bool { heard.indices.contains(frame) && second[frame] > rule.second * heard[frame] }

    /// Returns the ranges in which anybody is active, with the rule's margins. Frames that no stretch has count as active.
    func ranges(_ rule: DiarizationRule) -> [SampleRange] {
        var ranges: [SampleRange] = []
        for frame in heard.indices where heard[frame] == 0 || anybody[frame] > rule.activity * heard[frame] {
            let start = SampleIndex(Int64(frame) * LocalSpeakers.frame.samples)
            let range = SampleRange(max(.zero, start - rule.activityLead), start + LocalSpeakers.frame + rule.activityTail)
            if let last = ranges.last, range.start <= last.end {
                ranges[ranges.count - 1].end = range.end
            } else {
                ranges.append(range)
            }
        }
        return ranges
    }
}
