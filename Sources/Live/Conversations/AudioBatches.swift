internal import Audio
package import Speech

/// A session's audio on its way to the encoder: in batches, of which only so many may wait.
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
        /// Too many wait: what is missing is silence in the file.
        case dropped(SampleCount)
    }

    private let channels: Int
    /// Samples that are handed on together.
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

    /// - Parameter audio: 16-bit PCM, all channels.
    package mutating func take(_ audio: UnsafeRawBufferPointer, _ range: SampleRange) -> Outcome? {
        // What a client lost on its way is silence, so that the rest is where it was said.
        let lost = max(.zero, range.start - (keptThrough ?? range.start))
        keptThrough = range.end
        if gathered.isEmpty { gatheredFrom = range.start - lost }
        gathered.reserveCapacity(size)
        if lost > .zero { gathered += repeatElement(0, count: Int(lost.samples)) }
        MixedChannels.append(audio, channels: channels, to: &gathered)
        return gathered.count >= size ? rest() : nil
    }

    /// Returns the gathered audio that is not handed on yet; nil: there is none.
    package mutating func rest() -> Outcome? {
        guard !gathered.isEmpty else { return nil }
        defer { gathered.removeAll(keepingCapacity: true) }
        guard waiting < Self.maxWaiting else { return .dropped(SampleCount(gathered.count)) }
        waiting += 1
        return .batch(Batch(pcm: gathered, start: gatheredFrom))
    }

    /// One that was handed on waits no more.
    package mutating func taken() { waiting -= 1 }
}
