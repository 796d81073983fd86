package import Speech

/// A stretch of decoded audio.
package struct AudioBlock: Sendable, Equatable {
    /// Position of the first sample, counted from the start of the audio, at the reader's rate.
    package var start: SampleIndex
    /// Samples of each channel, −1…1. All channels have the same number of samples. A mixed block has one channel.
    package var channels: [[Float]]

    package init(start: SampleIndex, channels: [[Float]]) {
        self.start = start
        self.channels = channels
    }

    /// Samples of the first channel, which is the only channel of a mixed block.
    package var samples: [Float] { channels.first ?? [] }
    package var count: SampleCount { SampleCount(samples.count) }
}

/// The treatment of audio with several channels.
package enum ChannelTreatment: Sendable, Hashable {
    /// The channels are mixed to one: see `ChannelMix`.
    case mixed
    /// Each channel stays separate.
    case separate
}
