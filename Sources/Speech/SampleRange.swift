/// A half-open interval of a timeline.
public struct SampleRange: Hashable, Sendable {
    public var start: SampleIndex
    public var end: SampleIndex

    /// Makes the interval. An `end` before `start` makes an empty interval at `start`.
    public init(_ start: SampleIndex, _ end: SampleIndex) {
        self.start = start
        self.end = max(start, end)
    }

    public init(_ start: SampleIndex, count: SampleCount) { self.init(start, start + count) }

    public var count: SampleCount { end - start }
    public var isEmpty: Bool { end <= start }
    package var middle: SampleIndex { SampleIndex((start.samples + end.samples) / 2) }

    public func contains(_ index: SampleIndex) -> Bool { start <= index && index < end }

    /// Returns the part that both intervals have in common; nil when they do not overlap.
    public func intersection(_ other: SampleRange) -> SampleRange? {
        let low = max(start, other.start), high = min(end, other.end)
        return low < high ? SampleRange(low, high) : nil
    }

    public func shifted(by count: SampleCount) -> SampleRange { SampleRange(start + count, end + count) }

    public func converted(from old: SampleRate, to new: SampleRate) -> SampleRange {
        SampleRange(start.converted(from: old, to: new), end.converted(from: old, to: new))
    }
}
