package import Speech

/// The samples of one channel that are still needed.
package struct SampleStore: Sendable {
    private var samples: [Float] = []
    package private(set) var start = SampleIndex.zero

    package init() {}

    package var end: SampleIndex { start + SampleCount(samples.count) }

    package mutating func append(_ more: [Float]) { samples += more }

    /// Returns the samples of `range`, as far as the store has them.
    package subscript(range: SampleRange) -> [Float] {
        guard let kept = indices(of: range) else { return [] }
        return Array(samples[kept])
    }

    /// Returns the mean of the squares of the samples of `range`; 0 when the store has none of them.
    package func power(of range: SampleRange) -> Float {
        guard let kept = indices(of: range) else { return 0 }
        return samples[kept].reduce(0) { $0 + $1 * $1 } / Float(kept.count)
    }

    private func indices(of range: SampleRange) -> Range<Int>? {
        guard let kept = range.intersection(SampleRange(start, end)) else { return nil }
        return Int((kept.start - start).samples)..<Int((kept.end - start).samples)
    }

    /// Drops the samples before `index`, once there are enough of them to be worth the copying.
    package mutating func discard(before index: SampleIndex) {
        let unneeded = Int(min(max(0, (index - start).samples), Int64(samples.count)))
        guard unneeded > samples.count / 2 else { return }
        samples.removeFirst(unneeded)
        start += SampleCount(unneeded)
    }
}
