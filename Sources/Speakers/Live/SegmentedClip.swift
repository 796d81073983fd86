import Speech

/// The speakers of a live clip, as a segmentation model hears them: the ranges in which each speaks alone, and the turns.
///
/// A value without I/O. Positions are in the clip, at 16 kHz. Speakers are numbered in order of appearance.
struct SegmentedClip: Sendable, Equatable {
    /// Ranges in which one speaker alone is active, for each speaker.
    private(set) var alone: [[SampleRange]] = []
    /// The turns of those who speak first or alone, in order, from the clip's beginning to its end.
    private(set) var turns: [SpeakerTurn] = []

    /// Minimum length of speech in which a speaker is alone: less has no voiceprint.
    private static let shortest = SampleCount(8_000)

    /// - Parameter clip: the clip's range in the stretch.
    init(_ stretch: LocalSpeakers, clip: SampleRange) {
        let first = LocalSpeakers.frame(at: clip.start), last = min(LocalSpeakers.frames, LocalSpeakers.frame(at: clip.end))
        guard first < last else { return }
        var alone = [[SampleRange]](repeating: [], count: LocalSpeakers.count)
        for frame in first..<last where stretch.activeCount(in: frame) == 1 {
            for speaker in alone.indices where stretch.isActive(speaker, in: frame) { alone[speaker].append(frame: frame - first) }
        }
        let present = alone.indices.filter { alone[$0].reduce(.zero) { $0 + $1.count } >= Self.shortest }
        var turns: [SpeakerTurn] = [], order: [Int] = []
        for frame in first..<last {
            let active = present.filter { stretch.isActive($0, in: frame) }
            // The former speaker goes on as the first one where another begins.
            if let speaking = turns.last.map({ order[$0.speaker.number] }), active.isEmpty || active.contains(speaking) {
                turns[turns.count - 1].range.end = Self.end(of: frame - first)
            } else if let speaker = active.first {
                if !order.contains(speaker) { order.append(speaker) }
                let start = turns.last?.range.end ?? .zero
                turns.append(SpeakerTurn(SampleRange(start, Self.end(of: frame - first)), SpeakerLabel(order.firstIndex(of: speaker) ?? 0)))
            }
        }
        guard !turns.isEmpty else { return }
        turns[turns.count - 1].range.end = SampleIndex(clip.count.samples)
        self.turns = turns
        self.alone = order.map { alone[$0] }
    }

    /// Gives the turns and the speech of a speaker to an earlier one.
    mutating func join(_ later: Int, to earlier: Int) {
        alone[earlier] += alone.remove(at: later)
        var joined: [SpeakerTurn] = []
        for turn in turns {
            let number = turn.speaker.number == later ? earlier : turn.speaker.number > later ? turn.speaker.number - 1 : turn.speaker.number
            if let last = joined.last, last.speaker.number == number {
                joined[joined.count - 1].range.end = turn.range.end
            } else {
                joined.append(SpeakerTurn(turn.range, SpeakerLabel(number)))
            }
        }
        turns = joined
    }

    private static func end(of frame: Int) -> SampleIndex { SampleIndex(Int64(frame + 1) * LocalSpeakers.frame.samples) }
}

extension [SampleRange] {
    /// Adds a frame of the segmentation model, which follows those before.
    fileprivate mutating func append(frame: Int) {
        let start = SampleIndex(Int64(frame) * LocalSpeakers.frame.samples)
        if let last = indices.last, self[last].end == start {
            self[last].end = start + LocalSpeakers.frame
        } else {
            append(SampleRange(start, count: LocalSpeakers.frame))
        }
    }
}
