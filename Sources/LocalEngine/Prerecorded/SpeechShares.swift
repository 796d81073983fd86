import Speech

/// The latest probabilities of speech of a channel, one for each window of voice activity. Pure.
struct SpeechShares {
    private var probabilities: [Float] = []
    /// Start of the first of `probabilities`.
    private var start = SampleIndex.zero

    mutating func add(_ probability: Float) { probabilities.append(probability) }

    /// Returns the mean probability of speech in the ranges, 0…1; nil when they are not there.
    func mean(over ranges: [SampleRange]) -> Float? {
        var sum: Float = 0, count = 0
        for range in ranges {
            let windows = window(of: range.start)..<max(window(of: range.start), window(of: range.end - SampleCount(1)) + 1)
            for probability in probabilities[windows.clamped(to: probabilities.indices)] {
                sum += probability
                count += 1
            }
        }
        return count > 0 ? max(0, min(1, sum / Float(count))) : nil
    }

    /// Forgets the probabilities before a position.
    mutating func discard(before position: SampleIndex) {
        let count = min(window(of: position), probabilities.count)
        // Removal in large pieces saves copying.
        guard count > 1_024 else { return }
        probabilities.removeFirst(count)
        start += SampleCount(Int64(count) * VoiceActivity.window.samples)
    }

    private func window(of position: SampleIndex) -> Int { max(0, Int((position - start).samples / VoiceActivity.window.samples)) }
}
