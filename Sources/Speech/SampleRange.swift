/// A half-open interval of a timeline.
package struct SampleRange: Hashable, Sendable {
    package var start: SampleIndex
    package var end: SampleIndex

    /// An interval whose end lies before its start is taken as empty, at `start`.
    package init(_ start: SampleIndex, _ end: SampleIndex) {
        self.start = start
        self.end = max(start, end)
    }

    package init(_ start: SampleIndex, count: SampleCount) { self.init(start, start + count) }

    package var count: SampleCount { end - start }
    package var isEmpty: Bool { end <= start }

    package func contains(_ index: SampleIndex) -> Bool { start <= index && index < end }

    /// The part that both have; nil when they do not overlap.
    package func intersection(_ other: SampleRange) -> SampleRange? {
        let low = max(start, other.start), high = min(end, other.end)
        return low < high ? SampleRange(low, high) : nil
    }

    package func shifted(by count: SampleCount) -> SampleRange { SampleRange(start + count, end + count) }

    package func converted(from old: SampleRate, to new: SampleRate) -> SampleRange {
        SampleRange(start.converted(from: old, to: new), end.converted(from: old, to: new))
    }
}
