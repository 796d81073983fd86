package import Speech

/// The parts of a timeline that go on to engines, as far as the gate has decided.
package struct Passages: Sendable, Equatable {
    /// The closed passages, in order, with a silence between any two.
    private var closed: [SampleRange] = []
    /// Start of the passage that is still open; nil: no passage is open.
    private var current: SampleIndex?
    /// End of the audio for which the gate has decided.
    private var decided = SampleIndex.zero
    /// End of the forgotten audio. All audio before this place counts as going on.
    private var forgotten = SampleIndex.zero
    private let preRoll: SampleCount
    private var isDecidedForEver = false

    /// Maximum number of closed passages that are kept; older passages are forgotten.
    private static let maxClosed = 500

    init(preRoll: SampleCount) { self.preRoll = preRoll }

    /// True if a passage is open, so that the next audio goes on.
    package var isOpen: Bool { current != nil }

    mutating func open(at position: SampleIndex) {
        guard current == nil else { return }
        current = max(position, closed.last?.end ?? forgotten, .zero)
    }

    mutating func close(at position: SampleIndex) {
        guard let start = current else { return }
        current = nil
        if let last = closed.last, last.end >= start {
            closed[closed.count - 1] = SampleRange(last.start, position)
        } else {
            closed.append(SampleRange(start, position))
        }
        if closed.count > Self.maxClosed {
            forgotten = closed[0].end
            closed.removeFirst()
        }
    }

    mutating func decide(through position: SampleIndex) { decided = max(decided, position) }

    mutating func decideAll() { isDecidedForEver = true }

    /// The decision about the audio from a position on.
    package enum Part: Sendable, Equatable {
        /// The audio goes on to engines, at least up to this place.
        case passes(to: SampleIndex)
        /// The audio is withheld for ever, up to this place.
        case withheld(to: SampleIndex)
        /// The gate has not decided yet.
        case undecided
    }

    /// Returns the decision about the audio at `position`.
    ///
    /// - Parameter end: the end of the received audio.
    package func part(at position: SampleIndex, before end: SampleIndex) -> Part {
        guard position < end else { return .undecided }
        if position < forgotten { return .passes(to: min(forgotten, end)) }
        // Most calls ask about the latest passages, so these are looked at first.
        if let start = current, position >= start {
            let known = isDecidedForEver ? end : min(end, decided)
            return position < known ? .passes(to: known) : .undecided
        }
        if let index = closed.lastIndex(where: { $0.start <= position }), position < closed[index].end {
            return .passes(to: min(closed[index].end, end))
        }
        // The next passage may still reach back by its pre-roll.
        let next = closed.first { $0.start > position }?.start ?? current ?? decided - preRoll
        return position < next ? .withheld(to: min(next, end)) : .undecided
    }
}
