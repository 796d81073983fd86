import Audio
import Speech

/// Resamples one channel to 16 kHz, and maps positions back to the stream's rate.
struct StreamInput {
    let rate: SampleRate
    private var resampler: Resampler?
    private var sent = SampleIndex.zero
    private var made = SampleIndex.zero
    /// Moments at both rates, in order: the stream's beginning and each `drain`. An event about earlier audio may come after a `drain`, and has the
    /// same position as before it.
    private var anchors = [(stream: SampleIndex.zero, speech: SampleIndex.zero)]
    /// Maximum number of moments that are kept.
    private static let memory = 512

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
        guard let resampler, let last = anchors.last, sent > last.stream else { return [] }
        var output: [Float] = []
        resampler.finish(into: &output)
        made += SampleCount(output.count)
        self.resampler = Resampler(from: rate, to: .speech)
        anchors = anchors.suffix(Self.memory - 1) + [(sent, made)]
        return output
    }

    /// Returns the place of a position at 16 kHz on the stream's own timeline.
    func position(_ index: SampleIndex) -> SampleIndex {
        guard rate != .speech, let anchor = anchors.last(where: { $0.speech <= index }) ?? anchors.first else { return index }
        let offset = SampleIndex((index - anchor.speech).samples).converted(from: .speech, to: rate)
        return max(.zero, anchor.stream + SampleCount(offset.samples))
    }
}
