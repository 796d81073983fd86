/// Number of samples of one channel in a second.
public struct SampleRate: Hashable, Sendable, Comparable {
    public var hertz: Int

    public init(hertz: Int) { self.hertz = hertz }

    /// The rate of telephone speech.
    public static let telephone = SampleRate(hertz: 8_000)
    /// The rate that speech recognizers take.
    public static let speech = SampleRate(hertz: 16_000)
    /// The rate to which Opus decodes by default.
    public static let opus = SampleRate(hertz: 48_000)

    /// The rates that a live session may have.
    public static let accepted = SampleRate(hertz: 8_000)...SampleRate(hertz: 96_000)

    public static func < (a: Self, b: Self) -> Bool { a.hertz < b.hertz }
}
