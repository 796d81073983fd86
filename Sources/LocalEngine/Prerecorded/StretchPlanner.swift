import Speakers
import Speech

/// Plans the stretches of a channel that the segmentation model hears. Pure. Stretches without speech are left out.
struct StretchPlanner {
    /// Probability of voice activity from which a stretch has speech.
    private static let speech: Float = 0.2

    /// Start of the next stretch: the audio from here on is still needed.
    private(set) var next = SampleIndex.zero
    /// End of the last window of voice activity that may have speech.
    private var speechEnd = SampleIndex.zero

    /// Notes a window of voice activity.
    mutating func add(probability: Float, until end: SampleIndex) {
        if probability >= Self.speech { speechEnd = end }
    }

    /// Returns the stretches of which all audio has come, or at the recording's end those that have audio. They may reach beyond the end.
    ///
    /// - Parameter end: end of the audio that has come.
    mutating func stretches(until end: SampleIndex, isLast: Bool) -> [SampleRange] {
        var stretches: [SampleRange] = []
        while next + LocalSpeakers.length <= end || (isLast && isNeeded(until: end)) {
            if speechEnd > next { stretches.append(SampleRange(next, count: LocalSpeakers.length)) }
            next += LocalSpeakers.step
        }
        return stretches
    }

    /// True if the stretch before the next one does not reach the end.
    private func isNeeded(until end: SampleIndex) -> Bool {
        next == .zero ? end > .zero : next - LocalSpeakers.step + LocalSpeakers.length < end
    }
}
