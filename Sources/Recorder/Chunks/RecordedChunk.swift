package import Speech

/// A part of a recording that is recognised by itself.
package struct RecordedChunk: Sendable, Equatable {
    /// In samples since the recording's first one.
    package var range: SampleRange
    /// 16-bit samples, mono.
    package var samples: [Int16]
    /// The recording ends with it.
    package var isFinal: Bool

    package init(range: SampleRange, samples: [Int16], isFinal: Bool) {
        self.range = range
        self.samples = samples
        self.isFinal = isFinal
    }
}
