import Audio
import Speech

/// One channel's samples on their way to 16 kHz, and the way back for positions.
struct StreamInput {
    let rate: SampleRate
    private var resampler: Resampler?
    private var sent = SampleIndex.zero
    private var made = SampleIndex.zero
    /// The same moment at both rates: the stream's beginning or the last `drain`.
    private var anchor = (stream: SampleIndex.zero, speech: SampleIndex.zero)

    /// nil for a rate that cannot be converted.
    init?(rate: SampleRate) {
        self.rate = rate
        guard SampleRate.accepted.contains(rate) else { return nil }
        if rate != .speech {
            guard let resampler = Resampler(from: rate, to: .speech) else { return nil }
            self.resampler = resampler
        }
    }

    /// What `samples` complete at 16 kHz.
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

    /// What the filter still holds, so that all audio sent so far is there.
    mutating func drain() -> [Float] {
        guard let resampler, sent > anchor.stream else { return [] }
        var output: [Float] = []
        resampler.finish(into: &output)
        made += SampleCount(output.count)
        self.resampler = Resampler(from: rate, to: .speech)
        anchor = (sent, made)
        return output
    }

    /// A position at 16 kHz on the stream's own timeline.
    func position(_ index: SampleIndex) -> SampleIndex {
        guard rate != .speech else { return index }
        let offset = SampleIndex((index - anchor.speech).samples).converted(from: .speech, to: rate)
        return max(.zero, anchor.stream + SampleCount(offset.samples))
    }
}
