/// How many samples of one channel make a second.
package struct SampleRate: Hashable, Sendable, Comparable {
    package var hertz: Int

    package init(hertz: Int) { self.hertz = hertz }

    /// Telephone speech.
    package static let telephone = SampleRate(hertz: 8_000)
    /// What speech recognisers take.
    package static let speech = SampleRate(hertz: 16_000)
    /// What Opus decodes to by itself.
    package static let opus = SampleRate(hertz: 48_000)

    /// The rates that a live session may have.
    package static let accepted = SampleRate(hertz: 8_000)...SampleRate(hertz: 96_000)

    package static func < (a: Self, b: Self) -> Bool { a.hertz < b.hertz }
}
