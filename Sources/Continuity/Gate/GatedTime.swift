package import Speech

/// The time of an engine that hears only some of a leg's audio: maps its positions to the leg's, exactly.
///
/// At a splice two places of the leg are one to the engine: what begins there begins behind the silence, what ends there ended before it.
package struct GatedTime: Sendable, Equatable {
    private struct Splice: Sendable, Equatable {
        /// In the engine's time.
        var heard: SampleIndex
        /// The same sample, in the leg's.
        var said: SampleIndex
    }

    /// In order; never empty once audio went on.
    private var splices: [Splice] = []
    /// All audio that the engine was sent.
    package private(set) var sent = SampleIndex.zero

    package init() {}

    /// The next audio that goes on. Begins at or behind the end of what went before.
    package mutating func send(_ range: SampleRange) {
        guard !range.isEmpty else { return }
        if splices.isEmpty || start(of: sent) != range.start { splices.append(Splice(heard: sent, said: range.start)) }
        sent += range.count
    }

    /// Returns the place in the leg where what begins at `position` begins.
    package func start(of position: SampleIndex) -> SampleIndex { place(position) { $0 <= position } }

    /// Returns the place in the leg where what ends at `position` ends.
    package func end(of position: SampleIndex) -> SampleIndex { place(position) { $0 < position } }

    private func place(_ position: SampleIndex, _ isBefore: (SampleIndex) -> Bool) -> SampleIndex {
        guard let splice = splices.last(where: { isBefore($0.heard) }) ?? splices.first else { return position }
        return splice.said + (position - splice.heard)
    }

    /// A stretch of speech: it lies in the passage in which most of it was heard, for no one speaks through a splice.
    package func range(of range: SampleRange) -> SampleRange {
        let start = start(of: range.start), end = end(of: range.end)
        guard end - start > range.count else { return SampleRange(start, end) }
        let middle = range.middle
        let index = splices.lastIndex { $0.heard <= middle } ?? 0
        let first = max(range.start, splices[index].heard)
        let last = index + 1 < splices.count ? min(range.end, splices[index + 1].heard) : range.end
        return SampleRange(self.start(of: first), self.end(of: last))
    }

    /// The engine says no more of what lies before `position`.
    package mutating func settle(through position: SampleIndex) {
        // The one that `position` lies in is needed still, and the one that ends there.
        guard let index = splices.lastIndex(where: { $0.heard < position }), index > 0 else { return }
        splices.removeFirst(index)
    }
}
