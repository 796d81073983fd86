internal import CAVFormat
internal import Speech

/// Decoded audio at one rate, mixed or by channel, whatever the bytes are and however their rate changes on the way.
final class MediaReader {
    let rate: SampleRate
    let channelCount: Int
    private let decoder: MediaDecoder
    private let treatment: ChannelTreatment
    private var resamplers: [Resampler] = []
    /// One frame, as decoded.
    private var decoded: [[Float]] = []
    /// Ready to be taken, by channel.
    private var ready: [[Float]]
    private var taken = SampleIndex.zero
    private var isAtEnd = false

    /// Decodes the first frame, so that what cannot be decoded fails here.
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

    /// As the container says it; for progress, not for arithmetic.
    var length: SampleCount? { decoder.seconds.map { SampleCount(Int64(($0 * Double(rate.hertz)).rounded())) } }

    /// The next samples: `most`, fewer only when less than `least` more came or the audio ends; nil at the end.
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

    /// Why there is not a single frame.
    private static func reason(for decoder: MediaDecoder, isLive: Bool) -> String {
        if isLive && decoder.isMP4 {
            return "an MP4 or MOV whose index comes after its audio cannot be decoded while it streams; "
                + "send it fragmented or with the index first (fast start)"
        }
        return decoder.skippedPackets > 0 ? "none of its audio can be decoded" : "there is a header but no audio behind it"
    }

    private func take(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) {
        try FrameSamples.read(frame, into: &decoded)
        if treatment == .mixed && decoded.count > 1 { decoded = [PCM.mean(decoded)] }
        let source = SampleRate(hertz: Int(frame.pointee.sample_rate))
        if resamplers.first?.source != source { try resample(from: source) }
        for channel in 0..<channelCount {
            // A stream that loses a channel on the way keeps it, silent; one that gains a channel does not.
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
                throw .undecodable("audio at \(source.hertz) Hz cannot be brought to \(rate.hertz) Hz")
            }
            made.append(resampler)
        }
        resamplers = made
    }
}
