internal import CAVFormat
internal import Speech

/// Reads decoded audio at one rate, mixed or by channel. The rate of the source may change on the way.
final class MediaReader {
    let rate: SampleRate
    let channelCount: Int
    private let decoder: MediaDecoder
    private let treatment: ChannelTreatment
    private var resamplers: [Resampler] = []
    /// Samples of one decoded frame.
    private var decoded: [[Float]] = []
    /// Mixes the channels, if they are to be mixed and there are several.
    private var mix: ChannelMix?
    /// Samples that are ready to be returned, by channel.
    private var ready: [[Float]]
    private var taken = SampleIndex.zero
    private var isAtEnd = false

    /// Opens the input and decodes its first frame, so that undecodable bytes fail here.
    init(_ input: MediaInput, hint: MediaHint, rate: SampleRate, treatment: ChannelTreatment, isLive: Bool) throws(MediaError) {
        self.rate = rate
        self.treatment = treatment
        decoder = try MediaDecoder(input, hint: hint, isLive: isLive)
        guard let frame = try decoder.next() else {
            throw .undecodable(Self.reason(for: decoder, isLive: isLive))
        }
        channelCount = treatment == .mixed ? 1 : Int(frame.pointee.ch_layout.nb_channels)
        ready = Array(repeating: [], count: channelCount)
        try take(frame)
    }

    var skippedPackets: Int { decoder.skippedPackets }

    var isLengthGuessed: Bool { decoder.isDurationGuessed }

    /// Length that the container declares; good enough for progress, not for computing positions.
    var length: SampleCount? { decoder.seconds.map { SampleCount(Int64(($0 * Double(rate.hertz)).rounded())) } }

    /// Returns the next samples: from `least` to `most` of them, and fewer than `least` only at the end; nil after the end.
    func next(atLeast least: Int, atMost most: Int) throws(MediaError) -> AudioBlock? {
        while ready[0].count < least && !isAtEnd {
            if let frame = try decoder.next() {
                try take(frame)
            } else {
                isAtEnd = true
                for channel in resamplers.indices { resamplers[channel].finish(into: &ready[channel]) }
            }
        }
        let count = min(most, ready[0].count)
        guard count > 0 else { return nil }
        let start = taken
        taken += SampleCount(count)
        guard count < ready[0].count else {
            defer { for channel in ready.indices { ready[channel] = [] } }
            return AudioBlock(start: start, channels: ready)
        }
        let block = AudioBlock(start: start, channels: ready.map { Array($0.prefix(count)) })
        for channel in ready.indices { ready[channel].removeFirst(count) }
        return block
    }

    /// Returns the reason why not a single frame was decoded.
    private static func reason(for decoder: MediaDecoder, isLive: Bool) -> String {
        if isLive && decoder.isMP4 {
            return "an MP4 or MOV whose index comes after its audio cannot be decoded while it streams; "
                + "send it fragmented or with the index first (fast start)"
        }
        return decoder.skippedPackets > 0 ? "none of its audio can be decoded" : "the file has a header but no audio after it"
    }

    private func take(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) {
        try FrameSamples.read(frame, into: &decoded)
        let source = SampleRate(hertz: Int(frame.pointee.sample_rate))
        if treatment == .mixed && decoded.count > 1 {
            if mix?.channelCount != decoded.count || resamplers.first?.source != source {
                mix = ChannelMix(channelCount: decoded.count, rate: source)
            }
            if let mixed = mix?.mix(decoded) { decoded = [mixed] }
        }
        if resamplers.first?.source != source { try resample(from: source) }
        for channel in 0..<channelCount {
            // A channel that the stream loses goes on as silence. A channel that the stream gains is ignored.
            if channel >= decoded.count { decoded.append(Array(repeating: 0, count: decoded[0].count)) }
            let samples = decoded[channel]
            resamplers[channel].append(samples.span, to: &ready[channel])
        }
    }

    private func resample(from source: SampleRate) throws(MediaError) {
        for channel in resamplers.indices { resamplers[channel].finish(into: &ready[channel]) }
        var made: [Resampler] = []
        for _ in 0..<channelCount {
            guard let resampler = Resampler(from: source, to: rate) else {
                throw .undecodable("audio at \(source.hertz) Hz cannot be converted to \(rate.hertz) Hz")
            }
            made.append(resampler)
        }
        resamplers = made
    }
}
