package import Speech

/// The parts of a timeline that go on to engines, as far as that is decided.
package struct Passages: Sendable, Equatable {
    /// The passages that are closed, in order; with a silence between any two.
    private var closed: [SampleRange] = []
    /// The place where the passage begins that is not closed.
    private var current: SampleIndex?
    /// No window before this is undecided.
    private var decided = SampleIndex.zero
    /// Audio before here is not known any more, and counts as going on.
    private var forgotten = SampleIndex.zero
    private let preRoll: SampleCount
    private var isDecidedForEver = false

    /// Passages that are kept; older ones are forgotten.
    private static let most = 500

    init(preRoll: SampleCount) { self.preRoll = preRoll }

    /// True if audio goes on at the end.
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
        if closed.count > Self.most {
            forgotten = closed[0].end
            closed.removeFirst()
        }
    }

    mutating func decide(through position: SampleIndex) { decided = max(decided, position) }

    mutating func decideAll() { isDecidedForEver = true }

    /// The knowledge about the audio from a position on.
    package enum Part: Sendable, Equatable {
        /// Goes on up to here, at least.
        case passes(to: SampleIndex)
        /// Is withheld up to here, for ever.
        case withheld(to: SampleIndex)
        /// Nothing is known yet.
        case undecided
    }

    /// - Parameter end: the end of the audio that has come.
    package func part(at position: SampleIndex, before end: SampleIndex) -> Part {
        guard position < end else { return .undecided }
        if position < forgotten { return .passes(to: min(forgotten, end)) }
        // The latest are asked for most.
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
