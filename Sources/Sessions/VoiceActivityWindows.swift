import Audio
package import Speech

/// The audio of a session in the form for a voice detector: one channel at 16 kHz, in windows. Speech is unknown until there is a detector.
package final class VoiceActivityWindows: VoiceWindows {
    private let detecting: any VoiceDetecting
    /// Voice detector; nil while there is none.
    private var detector: (any VoiceDetector)?
    private let resampler: Resampler
    private let window: SampleCount
    private let rate: SampleRate
    private let channels: Int
    /// Position at which the next window begins, at 16 kHz.
    private var position = SampleIndex.zero
    private var mono: [Float] = []
    private var samples: [Float] = []
    /// Samples of the incomplete window, while there is no detector.
    private var unheard: [Float] = []

    /// A window with a mean power above this (−45 dBFS) is loud.
    private static let loud: Float = 3.2e-5

    /// Makes the windows; nil when audio of this rate cannot be converted to 16 kHz.
    package init?(_ detecting: any VoiceDetecting, rate: SampleRate, channels: Int) throws(EngineError) {
        guard let resampler = Resampler(from: rate, to: .speech) else { return nil }
        self.detecting = detecting
        detector = try detecting.makeDetector()
        self.resampler = resampler
        self.rate = rate
        self.channels = channels
        window = detecting.window
    }

    package func append(_ pcm: RawSpan, _ each: (SampleRange, Float?, Bool) -> Void) throws {
        mono.removeAll(keepingCapacity: true)
        if channels == 1 { PCM.appendFloats(linear16: pcm, to: &mono) } else { mix(pcm) }
        try hear(each)
    }

    package func skip(_ count: SampleCount, _ each: (SampleRange, Float?, Bool) -> Void) throws {
        // Complete windows need no detector; the incomplete one is kept, so that later windows keep their positions.
        let whole = SampleIndex(count.samples).converted(from: rate, to: .speech).samples / window.samples
        for _ in 0..<whole {
            let start = position
            position += window
            each(SampleRange(start, position).converted(from: .speech, to: rate), 0, false)
        }
        let skipped = SampleIndex(whole * window.samples).converted(from: .speech, to: rate).samples
        mono = Array(repeating: 0, count: Int(max(0, count.samples - skipped)))
        try hear(each)
    }

    private func hear(_ each: (SampleRange, Float?, Bool) -> Void) throws {
        samples.removeAll(keepingCapacity: true)
        // A span needs an array that cannot change; the property could.
        let block = mono
        resampler.append(block.span, to: &samples)
        func windowEnded(_ probability: Float?, _ power: Float) {
            let start = position
            position += window
            each(SampleRange(start, position).converted(from: .speech, to: rate), probability, power > Self.loud)
        }
        if detector == nil {
            detector = try detecting.makeDetector()
            // The incomplete window is the first one that the detector gets.
            samples = unheard + samples
        }
        let heard = samples
        guard detector == nil else { return try detector?.append(heard.span) { windowEnded($0, $1) } ?? () }
        let size = Int(window.samples)
        for start in stride(from: 0, through: heard.count - size, by: size) {
            windowEnded(nil, heard[start..<start + size].reduce(0) { $0 + $1 * $1 } / Float(size))
        }
        unheard = Array(heard.suffix(heard.count % size))
    }

    private func mix(_ pcm: RawSpan) {
        let scale = 1 / (32_768 * Float(channels))
        pcm.withUnsafeBytes { bytes in
            for frame in 0..<bytes.count / (2 * channels) {
                var sum: Int32 = 0
                for channel in 0..<channels {
                    let sample = bytes.loadUnaligned(fromByteOffset: 2 * (frame * channels + channel), as: Int16.self)
                    sum += Int32(Int16(littleEndian: sample))
                }
                mono.append(Float(sum) * scale)
            }
        }
    }
}
