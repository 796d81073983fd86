/// A position on a timeline, in samples since its first one.
///
/// The only clock that transcripts use, never a time of day. Whose timeline it is the context says: a session's, or
/// (inside an engine and its events) the engine stream's own, which begins with the first sample that the stream was sent.
public struct SampleIndex: Hashable, Comparable, Sendable {
    public var samples: Int64

    public init(_ samples: Int64) { self.samples = samples }
    public init(_ samples: Int) { self.samples = Int64(samples) }

    /// The sample nearest to `seconds` after the timeline's start. For a wire's edge only.
    public init(seconds: Double, at rate: SampleRate) {
        self.samples = Int64((seconds * Double(rate.hertz)).rounded())
    }

    /// The sample nearest to `milliseconds` after the timeline's start. For a wire's edge only.
    public init(milliseconds: Int64, at rate: SampleRate) {
        self.samples = (milliseconds * Int64(rate.hertz) + 500) / 1000
    }

    public static let zero = SampleIndex(0 as Int64)
    public static func < (a: Self, b: Self) -> Bool { a.samples < b.samples }
    public static func + (a: Self, b: SampleCount) -> Self { .init(a.samples + b.samples) }
    public static func - (a: Self, b: SampleCount) -> Self { .init(a.samples - b.samples) }
    public static func - (a: Self, b: Self) -> SampleCount { .init(a.samples - b.samples) }
    public static func += (a: inout Self, b: SampleCount) { a.samples += b.samples }

    /// Seconds since the timeline's start. For a wire's edge only.
    public func seconds(at rate: SampleRate) -> Double { Double(samples) / Double(rate.hertz) }

    /// The same moment on a timeline of another rate, rounded to its nearest sample.
    public func converted(from old: SampleRate, to new: SampleRate) -> SampleIndex {
        guard old != new else { return self }
        let scaled = samples * Int64(new.hertz)
        let half = Int64(old.hertz) / 2
        return SampleIndex((scaled + (scaled < 0 ? -half : half)) / Int64(old.hertz))
    }
}
