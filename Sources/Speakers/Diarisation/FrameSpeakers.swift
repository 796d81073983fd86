import Speech

/// The first speaker of each frame of a recording.
struct FrameSpeakers {
    private var speakers: [Int?] = []

    /// - Parameter turns: turns without overlaps.
    init(_ turns: [SpeakerTurn]) {
        guard let end = turns.map(\.range.end).max() else { return }
        speakers = Array(repeating: nil, count: LocalSpeakers.frame(at: end))
        for turn in turns {
            for frame in LocalSpeakers.frame(at: turn.range.start)..<LocalSpeakers.frame(at: turn.range.end) { speakers[frame] = turn.speaker.number }
        }
    }

    var frames: Range<Int> { speakers.indices }

    /// The speaker; nil where nobody speaks.
    subscript(frame: Int) -> Int? { speakers.indices.contains(frame) ? speakers[frame] : nil }

    /// Returns who else speaks, nearest in time; nil when nobody else speaks within the given number of frames.
    func nearestOther(_ frame: Int, within reach: Int) -> Int? {
        for distance in 1...reach {
            for place in [frame - distance, frame + distance] {
                if let speaker = self[place], speaker != self[frame] { return speaker }
            }
        }
        return nil
    }
}
