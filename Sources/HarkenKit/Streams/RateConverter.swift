import Audio
import Speech

/// Brings pushed audio to the rate of its stream. The rate of the pushed audio may change.
struct RateConverter {
    /// The rates that can be converted.
    private static let accepted = SampleRate(hertz: 1_000)...SampleRate(hertz: 768_000)

    private let target: SampleRate
    /// nil: the last audio had the stream's own rate, or none came.
    private var resampler: Resampler?

    init(to target: SampleRate) { self.target = target }

    /// Returns the samples that `samples` complete, with those that earlier audio of another rate has left. The last few milliseconds stay inside.
    ///
    /// - Returns: nil when the rate cannot be converted. Then nothing has changed.
    mutating func convert(_ samples: [Int16], from source: SampleRate) -> [Int16]? {
        if source == target { return finish() + samples }
        var converted: [Float] = []
        if resampler?.source != source {
            guard Self.accepted.contains(source), let next = Resampler(from: source, to: target) else { return nil }
            resampler?.finish(into: &converted)
            resampler = next
        }
        guard let resampler else { return nil }
        let floats = samples.map { Float($0) / 32_768 }
        resampler.append(floats.span, to: &converted)
        return converted.map { PCM.linear16($0) }
    }

    /// Returns the samples that are still inside. Called before audio that needs no conversion, and before the end of the audio.
    mutating func finish() -> [Int16] {
        guard let resampler else { return [] }
        var converted: [Float] = []
        resampler.finish(into: &converted)
        self.resampler = nil
        return converted.map { PCM.linear16($0) }
    }
}
