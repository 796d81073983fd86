internal import Audio
internal import Speech

/// Audio of a session, as models want it.
enum SpeechSamples {
    /// At 16 kHz, −1…1.
    static func floats(_ samples: [Int16], _ rate: SampleRate) -> [Float] {
        let floats = samples.map { Float($0) / 32_768 }
        guard rate != .speech, let resampler = Resampler(from: rate, to: .speech) else { return floats }
        var converted: [Float] = []
        resampler.append(floats.span, to: &converted)
        resampler.finish(into: &converted)
        return converted
    }
}
