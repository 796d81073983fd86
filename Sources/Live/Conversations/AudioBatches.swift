internal import Audio
package import Speech

/// A session's audio on its way to the encoder, in batches. The number of waiting batches is limited.
package struct AudioBatches {
    package struct Batch: Equatable {
        /// Samples of all channels, mixed.
        package var pcm: [Int16]
        /// Position of the first sample in the session.
        package var start: SampleIndex

        package init(pcm: [Int16], start: SampleIndex) {
            self.pcm = pcm
            self.start = start
        }
    }

    package enum Outcome: Equatable {
        case batch(Batch)
        /// Too many batches wait: this number of samples is dropped, and is silence in the file.
        case dropped(SampleCount)
    }

    private let channels: Int
    /// Number of samples in a batch.
    private let size: Int
    private var gathered: [Int16] = []
    /// Position in the session of the first gathered sample.
    private var gatheredFrom = SampleIndex.zero
    private var keptThrough: SampleIndex?
    private var waiting = 0

    private static let seconds = 5
    /// Maximum number of batches that wait: two minutes, 4 MB at 16 kHz.
    package static let maxWaiting = 24

    package init(rate: SampleRate, channels: Int) {
        self.channels = channels
        size = Int(rate.hertz) * Self.seconds
    }

    /// Takes the next audio of the session.
    ///
    /// - Parameter audio: 16-bit PCM, all channels.
    package mutating func take(_ audio: UnsafeRawBufferPointer, _ range: SampleRange) -> Outcome? {
        // Audio that was lost before it came becomes silence, so that the later audio keeps its position.
        let lost = max(.zero, range.start - (keptThrough ?? range.start))
        keptThrough = range.end
        if gathered.isEmpty { gatheredFrom = range.start - lost }
        gathered.reserveCapacity(size)
        if lost > .zero { gathered += repeatElement(0, count: Int(lost.samples)) }
        MixedChannels.append(audio, channels: channels, to: &gathered)
        return gathered.count >= size ? rest() : nil
    }

    /// Returns the gathered audio that is not handed on yet; nil when there is none.
    package mutating func rest() -> Outcome? {
        guard !gathered.isEmpty else { return nil }
        defer { gathered.removeAll(keepingCapacity: true) }
        guard waiting < Self.maxWaiting else { return .dropped(SampleCount(gathered.count)) }
        waiting += 1
        return .batch(Batch(pcm: gathered, start: gatheredFrom))
    }

    /// Notes that the encoder has taken a batch.
    package mutating func taken() { waiting -= 1 }
}
