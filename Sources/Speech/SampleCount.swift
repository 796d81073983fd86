/// A length of audio in samples of one channel. The length has no rate of its own: `duration(at:)` takes the rate.
public struct SampleCount: Hashable, Comparable, Sendable, AdditiveArithmetic {
    public var samples: Int64

    public init(_ samples: Int64) { self.samples = samples }
    public init(_ samples: Int) { self.samples = Int64(samples) }

    /// Makes the whole number of samples that is nearest to `duration`.
    public init(_ duration: Duration, at rate: SampleRate) {
        let (seconds, attoseconds) = duration.components
        let fraction = Double(attoseconds) * 1e-18 * Double(rate.hertz)
        self.samples = seconds * Int64(rate.hertz) + Int64(fraction.rounded())
    }

    public static let zero = SampleCount(0 as Int64)
    public static func < (a: Self, b: Self) -> Bool { a.samples < b.samples }
    public static func + (a: Self, b: Self) -> Self { .init(a.samples + b.samples) }
    public static func - (a: Self, b: Self) -> Self { .init(a.samples - b.samples) }

    /// Returns the duration of these samples: exact to the attosecond for every rate that divides a second into whole attoseconds.
    public func duration(at rate: SampleRate) -> Duration {
        let hertz = Int64(rate.hertz)
        let (whole, rest) = samples.quotientAndRemainder(dividingBy: hertz)
        return .seconds(whole) + Duration(secondsComponent: 0, attosecondsComponent: rest * (1_000_000_000_000_000_000 / hertz))
    }

    /// Returns the length in seconds. Use only where a wire format wants seconds.
    public func seconds(at rate: SampleRate) -> Double { Double(samples) / Double(rate.hertz) }
}
