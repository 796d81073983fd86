import Audio
import Speech

/// Resamples one channel to 16 kHz, and maps positions back to the stream's rate.
struct StreamInput {
    let rate: SampleRate
    private var resampler: Resampler?
    private var sent = SampleIndex.zero
    private var made = SampleIndex.zero
    /// One moment at both rates: the stream's beginning or the last `drain`.
    private var anchor = (stream: SampleIndex.zero, speech: SampleIndex.zero)

    /// Makes the input; nil for a rate that cannot be converted.
    init?(rate: SampleRate) {
        self.rate = rate
        guard SampleRate.accepted.contains(rate) else { return nil }
        if rate != .speech {
            guard let resampler = Resampler(from: rate, to: .speech) else { return nil }
            self.resampler = resampler
        }
    }

    /// Takes `samples` and returns the samples at 16 kHz that are complete.
    mutating func append(_ samples: [Float]) -> [Float] {
        sent += SampleCount(samples.count)
        guard let resampler else {
            made = sent
            return samples
        }
        var output: [Float] = []
        resampler.append(samples.span, to: &output)
        made += SampleCount(output.count)
        return output
    }

    /// Returns the samples that the filter still holds, so that all audio sent so far has been returned.
    mutating func drain() -> [Float] {
        guard let resampler, sent > anchor.stream else { return [] }
        var output: [Float] = []
        resampler.finish(into: &output)
        made += SampleCount(output.count)
        self.resampler = Resampler(from: rate, to: .speech)
        anchor = (sent, made)
        return output
    }

    /// Returns the place of a position at 16 kHz on the stream's own timeline.
    func position(_ index: SampleIndex) -> SampleIndex {
        guard rate != .speech else { return index }
        let offset = SampleIndex((index - anchor.speech).samples).converted(from: .speech, to: rate)
        return max(.zero, anchor.stream + SampleCount(offset.samples))
    }
}
