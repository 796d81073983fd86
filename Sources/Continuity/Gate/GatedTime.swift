package import Speech

/// The time of an engine that hears only some of a leg's audio. Maps the engine's positions to the leg's, exactly.
///
/// At a splice, one position of the engine stands for two positions of the leg. A word that begins there begins behind the silence; a word that ends
/// there ended before the silence.
package struct GatedTime: Sendable, Equatable {
    private struct Splice: Sendable, Equatable {
        /// The splice in the engine's time.
        var heard: SampleIndex
        /// The same sample in the leg's time.
        var said: SampleIndex
    }

    /// The splices in order; never empty once audio has gone on.
    private var splices: [Splice] = []
    /// End of the audio that the engine was sent, in the engine's time.
    package private(set) var sent = SampleIndex.zero

    package init() {}

    /// Adds the next audio that goes on to the engine. `range` begins at or behind the end of the audio before it.
    package mutating func send(_ range: SampleRange) {
        guard !range.isEmpty else { return }
        if splices.isEmpty || start(of: sent) != range.start { splices.append(Splice(heard: sent, said: range.start)) }
        sent += range.count
    }

    /// Maps the start of a range from the engine's time to the leg's time.
    package func start(of position: SampleIndex) -> SampleIndex { place(position) { $0 <= position } }

    /// Maps the end of a range from the engine's time to the leg's time.
    package func end(of position: SampleIndex) -> SampleIndex { place(position) { $0 < position } }

    private func place(_ position: SampleIndex, _ isBefore: (SampleIndex) -> Bool) -> SampleIndex {
        guard let splice = splices.last(where: { isBefore($0.heard) }) ?? splices.first else { return position }
        return splice.said + (position - splice.heard)
    }

    /// Maps a stretch of speech to the leg's time. The result lies in the passage that has the middle of the stretch, because nobody speaks through a
    /// splice.
    package func range(of range: SampleRange) -> SampleRange {
        let start = start(of: range.start), end = end(of: range.end)
        guard end - start > range.count else { return SampleRange(start, end) }
        let middle = range.middle
        let index = splices.lastIndex { $0.heard <= middle } ?? 0
        let first = max(range.start, splices[index].heard)
        let last = index + 1 < splices.count ? min(range.end, splices[index + 1].heard) : range.end
        return SampleRange(self.start(of: first), self.end(of: last))
    }

    /// Forgets splices that are no longer needed: the engine says no more about audio before `position`.
    package mutating func settle(through position: SampleIndex) {
        // The splice in which `position` lies is still needed, and so is the one that ends there.
        guard let index = splices.lastIndex(where: { $0.heard < position }), index > 0 else { return }
        splices.removeFirst(index)
    }
}
