package import Speech

/// A stretch of decoded audio.
package struct AudioBlock: Sendable, Equatable {
    /// Position of the first sample, counted from the start of the audio, at the reader's rate.
    package var start: SampleIndex
    /// Samples of each channel, in −1…1; all channels have the same number. A mixed block has one channel.
    package var channels: [[Float]]

    package init(start: SampleIndex, channels: [[Float]]) {
        self.start = start
        self.channels = channels
    }

    /// The first channel: the whole of a mixed block.
    package var samples: [Float] { channels.first ?? [] }
    package var count: SampleCount { SampleCount(samples.count) }
}

/// What becomes of audio that has several channels.
package enum ChannelTreatment: Sendable, Hashable {
    /// One channel: the mean of all.
    case mixed
    /// Each stays by itself.
    case separate
}
