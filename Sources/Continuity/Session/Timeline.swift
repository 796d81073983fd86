package import Speech

/// The clock of a session: counts the samples that were received, and nothing else. All channels share it.
package struct Timeline: Sendable, Equatable {
    package let rate: SampleRate
    /// The index of the next sample.
    package private(set) var end: SampleIndex = .zero

    package init(rate: SampleRate) { self.rate = rate }

    /// Gives the next `count` samples their place.
    package mutating func append(_ count: SampleCount) -> SampleRange {
        let range = SampleRange(end, count: count)
        end = range.end
        return range
    }

    /// Takes back the samples from `end` on.
    package mutating func cut(at end: SampleIndex) { self.end = min(self.end, end) }
}
