package import Speech

/// The samples of one channel that may still be needed.
package struct SampleStore: Sendable {
    private var samples: [Float] = []
    package private(set) var start = SampleIndex.zero

    package init() {}

    package var end: SampleIndex { start + SampleCount(samples.count) }

    package mutating func append(_ more: [Float]) { samples += more }

    /// The samples of `range`, as far as they are there.
    package subscript(range: SampleRange) -> [Float] {
        guard let kept = indices(of: range) else { return [] }
        return Array(samples[kept])
    }

    /// Mean of the squares of the samples of `range`; 0 where there are none.
    package func power(of range: SampleRange) -> Float {
        guard let kept = indices(of: range) else { return 0 }
        return samples[kept].reduce(0) { $0 + $1 * $1 } / Float(kept.count)
    }

    private func indices(of range: SampleRange) -> Range<Int>? {
        guard let kept = range.intersection(SampleRange(start, end)) else { return nil }
        return Int((kept.start - start).samples)..<Int((kept.end - start).samples)
    }

    /// Forgets what comes before `index`, when that is worth moving the rest.
    package mutating func discard(before index: SampleIndex) {
        let unneeded = Int(min(max(0, (index - start).samples), Int64(samples.count)))
        guard unneeded > samples.count / 2 else { return }
        samples.removeFirst(unneeded)
        start += SampleCount(unneeded)
    }
}
