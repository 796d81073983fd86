package import Speech

/// Interleaves channels whose audio arrives separately into one stream.
///
/// The clock decides: audio that has waited longer than `patience` is emitted, and channels without audio are silent there. A silent channel that
/// gets audio again continues at the position of the others. A value without I/O.
package struct ChannelInterleaver: Sendable {
    private struct Channel: Sendable {
        /// Samples, 16-bit little-endian.
        var samples: [UInt8] = []
        /// Arrival times of the messages in `samples`, with the end of each in bytes, the oldest first.
        var arrivals: [(at: Instant, end: Int)] = []
        /// True if silence has replaced the channel's audio since its last audio.
        var wasAbsent = false

        mutating func remove(_ count: Int) {
            samples.removeFirst(count)
            var gone = 0
            for index in arrivals.indices {
                arrivals[index].end -= count
                if arrivals[index].end <= 0 { gone = index + 1 }
            }
            arrivals.removeFirst(gone)
        }
    }

    private let patience: Duration
    private let maxWaiting: Int
    private var channels: [Channel]

    /// - Parameter count: number of channels, at least 1.
    package init(channels count: Int, rate: SampleRate, patience: Duration = .milliseconds(200)) {
        self.patience = patience
        // Bytes that a channel may be ahead of the others.
        maxWaiting = 20 * rate.hertz
        channels = Array(repeating: Channel(), count: count)
    }

    /// Takes 16-bit little-endian PCM of one channel. An incomplete last sample is dropped.
    package mutating func append(_ pcm: RawSpan, to channel: ChannelIndex, now: Instant) {
        guard channels.indices.contains(channel.number), pcm.byteCount >= 2 else { return }
        let count = pcm.byteCount & ~1
        if channels[channel.number].wasAbsent {
            channels[channel.number].wasAbsent = false
            let longest = channels.map(\.samples.count).max() ?? 0
            channels[channel.number].samples += repeatElement(0, count: max(0, longest - count))
        }
        pcm.extracting(first: count).withUnsafeBytes { channels[channel.number].samples.append(contentsOf: $0) }
        channels[channel.number].arrivals.append((now, channels[channel.number].samples.count))
    }

    /// The time at which `take` returns audio although none arrives; nil when no audio waits.
    package var deadline: Instant? { channels.compactMap(\.arrivals.first?.at).min().map { $0 + patience } }

    /// Appends whole frames: the audio that every channel has, and the audio that has waited long enough.
    package mutating func take(now: Instant, into output: inout [UInt8]) {
        var due = channels.map(\.samples.count).min() ?? 0
        for channel in channels {
            if let late = channel.arrivals.last(where: { $0.at + patience <= now }) { due = max(due, late.end) }
            due = max(due, channel.samples.count - maxWaiting)
        }
        emit(due, into: &output)
    }

    /// Appends all waiting audio.
    package mutating func finish(into output: inout [UInt8]) { emit(channels.map(\.samples.count).max() ?? 0, into: &output) }

    /// - Parameter count: number of bytes of each channel.
    private mutating func emit(_ count: Int, into output: inout [UInt8]) {
        guard count > 0 else { return }
        output.reserveCapacity(output.count + count * channels.count)
        for offset in stride(from: 0, to: count, by: 2) {
            for channel in channels {
                let isThere = offset < channel.samples.count
                output.append(isThere ? channel.samples[offset] : 0)
                output.append(isThere ? channel.samples[offset + 1] : 0)
            }
        }
        for index in channels.indices {
            let has = channels[index].samples.count
            if has < count { channels[index].wasAbsent = true }
            channels[index].remove(min(count, has))
        }
    }
}
