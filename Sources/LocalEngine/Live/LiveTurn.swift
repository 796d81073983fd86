import Speech

/// The client's turn, as far as its words are final.
struct LiveTurn: Sendable, Equatable {
    /// True if words of the turn are final.
    private(set) var hasWords = false
    /// The silence after the turn's last words; nil: somebody speaks, or the turn has no words.
    private var pause: (silent: SampleIndex, probability: Float?)?

    static func == (a: Self, b: Self) -> Bool {
        a.hasWords == b.hasWords && a.pause?.silent == b.pause?.silent && a.pause?.probability == b.pause?.probability
    }

    mutating func saidWords() { hasWords = true }

    /// Notes that somebody speaks.
    mutating func goesOn() { pause = nil }

    /// Notes that the turn's words are final up to a silence.
    ///
    /// - Parameter probability: the probability, 0…1, that the turn is complete; nil: nothing is known.
    mutating func paused(at silent: SampleIndex, probability: Float?) { pause = (silent, probability) }

    func isOver(at position: SampleIndex, _ timing: LiveTiming) -> Bool {
        guard hasWords, let pause else { return false }
        return timing.isOver(silence: position - pause.silent, pause.probability)
    }
}
