/// A position on a timeline, in samples since the timeline's first sample.
///
/// Transcripts use this clock only, never a time of day. The context says which timeline is meant: the session's, or (inside an engine and its
/// events) the engine stream's own, which begins with the first sample that was sent to the stream.
public struct SampleIndex: Hashable, Comparable, Sendable {
    public var samples: Int64

    public init(_ samples: Int64) { self.samples = samples }
    public init(_ samples: Int) { self.samples = Int64(samples) }

    /// Makes the sample nearest to `seconds` after the timeline's start. Use only where a wire format has seconds.
    public init(seconds: Double, at rate: SampleRate) {
        self.samples = Int64((seconds * Double(rate.hertz)).rounded())
    }

    /// Makes the sample nearest to `milliseconds` after the timeline's start. Use only where a wire format has milliseconds.
    public init(milliseconds: Int64, at rate: SampleRate) {
        self.samples = (milliseconds * Int64(rate.hertz) + 500) / 1000
    }

    public static let zero = SampleIndex(0 as Int64)
    public static func < (a: Self, b: Self) -> Bool { a.samples < b.samples }
    public static func + (a: Self, b: SampleCount) -> Self { .init(a.samples + b.samples) }
    public static func - (a: Self, b: SampleCount) -> Self { .init(a.samples - b.samples) }
    public static func - (a: Self, b: Self) -> SampleCount { .init(a.samples - b.samples) }
    public static func += (a: inout Self, b: SampleCount) { a.samples += b.samples }

    /// Returns the seconds since the timeline's start. Use only where a wire format wants seconds.
    public func seconds(at rate: SampleRate) -> Double { Double(samples) / Double(rate.hertz) }

    /// Returns the same moment on a timeline of another rate, rounded to the nearest sample.
    public func converted(from old: SampleRate, to new: SampleRate) -> SampleIndex {
        guard old != new else { return self }
        let scaled = samples * Int64(new.hertz)
        let half = Int64(old.hertz) / 2
        return SampleIndex((scaled + (scaled < 0 ? -half : half)) / Int64(old.hertz))
    }
}
