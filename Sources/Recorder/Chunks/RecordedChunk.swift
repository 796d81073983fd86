package import Speech

/// A part of a recording that is recognised separately.
package struct RecordedChunk: Sendable, Equatable {
    /// The chunk's range, in samples since the recording's first one.
    package var range: SampleRange
    /// 16-bit samples, mono.
    package var samples: [Int16]
    /// True if the recording ends with this chunk.
    package var isFinal: Bool

    package init(range: SampleRange, samples: [Int16], isFinal: Bool) {
        self.range = range
        self.samples = samples
        self.isFinal = isFinal
    }
}
