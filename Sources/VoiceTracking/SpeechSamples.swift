internal import Audio
package import Speech

/// Conversions between a session's audio and the samples that models take.
package enum SpeechSamples {
    /// Returns samples at 16 kHz, in −1…1.
    package static func floats(_ samples: [Int16], _ rate: SampleRate) -> [Float] {
        converted(samples.map { Float($0) / 32_768 }, from: rate, to: .speech)
    }

    /// Returns 16-bit little-endian PCM at `rate`, made from samples at 16 kHz.
    package static func linear16(_ samples: [Float], _ rate: SampleRate) -> [UInt8] {
        var bytes: [UInt8] = []
        PCM.appendLinear16(converted(samples, from: .speech, to: rate).span, to: &bytes)
        return bytes
    }

    private static func converted(_ samples: [Float], from source: SampleRate, to target: SampleRate) -> [Float] {
        guard source != target, !samples.isEmpty, let resampler = Resampler(from: source, to: target) else { return samples }
        var converted: [Float] = []
        resampler.append(samples.span, to: &converted)
        resampler.finish(into: &converted)
        return converted
    }
}
