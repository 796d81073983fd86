import Speech

/// The latest samples of one channel, at 16 kHz. Positions count from the stream's first sample. Old samples are dropped when they are not needed.
struct SampleRing: Sendable {
    private var samples: [Float] = []
    private var first = SampleIndex.zero

    var end: SampleIndex { first + SampleCount(samples.count) }

    mutating func append(_ new: ArraySlice<Float>) { samples.append(contentsOf: new) }

    /// Returns a copy of the samples of `range`, as far as they are kept.
    func copy(_ range: SampleRange) -> [Float] {
        guard let there = range.intersection(SampleRange(first, end)) else { return [] }
        return Array(samples[Int((there.start - first).samples)..<Int((there.end - first).samples)])
    }

    /// Drops the samples before `position`, once there are enough of them to be worth the copying.
    mutating func forget(before position: SampleIndex) {
        let surplus = Int((min(position, end) - first).samples)
        guard surplus > 65_536, surplus > samples.count / 2 else { return }
        samples.removeFirst(surplus)
        first += SampleCount(surplus)
    }
}
