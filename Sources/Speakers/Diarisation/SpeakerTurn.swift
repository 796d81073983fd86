package import Speech

/// One speaker's speech without a long pause, according to its sound.
package struct SpeakerTurn: Sendable, Equatable {
    /// The turn's range, at 16 kHz.
    package var range: SampleRange
    /// The speaker's label, from 0 in order of appearance.
    package var speaker: SpeakerLabel

    package init(_ range: SampleRange, _ speaker: SpeakerLabel) {
        self.range = range
        self.speaker = speaker
    }
}

extension [SpeakerTurn] {
    /// Returns the index of the turn that overlaps `range` most, otherwise of the nearest turn. The turns are in order.
    package func turn(of range: SampleRange) -> Int? {
        func overlap(_ index: Int) -> Int64 { self[index].range.intersection(range)?.count.samples ?? 0 }
        func gap(_ index: Int) -> Int64 {
            Swift.max(self[index].range.start.samples - range.end.samples, range.start.samples - self[index].range.end.samples, 0)
        }
        return indices.min { (-overlap($0), gap($0), $0) < (-overlap($1), gap($1), $1) }
    }
}
