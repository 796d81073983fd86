import Continuity
import Speech
import Testing

@Suite struct `What a session that hides content has shown` {
    private static let engine = EngineName("vendor")
    private static let secret = ["quokka", "dot", "lemur"]

    private var interims = ShownInterims(channels: 1)
    private var undecided = UndecidedShown(channels: 1, rate: .speech)
    private var kept: [ShownWords] = []

    /// A word in each half second.
    private func words(_ texts: [String], from first: Int = 0) -> [Word] {
        texts.enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex((first + index) * 8_000), count: SampleCount(8_000)), confidence: 1)
        }
    }

    private mutating func hear(_ texts: [String], from first: Int = 0) {
        let interim = Hypothesis(range: SampleRange(.zero, SampleIndex(160_000)), words: words(texts, from: first))
        if let shown = interims.change(to: interim, by: Self.engine, received: SampleIndex(160_000)) { kept += undecided.add(shown) }
    }

    /// A final that ends with the half second of this number.
    private mutating func commit(_ texts: [String], from first: Int = 0, through end: Int, hiding hidden: ClosedRange<Int>? = nil) {
        let range = SampleRange(SampleIndex(first * 8_000), SampleIndex(end * 8_000))
        if let hidden {
            undecided.hide(SampleRange(SampleIndex(hidden.lowerBound * 8_000), SampleIndex((hidden.upperBound + 1) * 8_000)), in: .first)
        }
        let commit = Commit(channel: .first, range: range, words: words(texts, from: first), reason: .pause, engine: Self.engine)
        if let shown = interims.change(by: commit, received: range.end) { kept += undecided.add(shown) }
    }

    private func texts(_ changes: [ShownWords]) -> Set<String> {
        changes.reduce(into: []) { texts, shown in
            if case .interim(_, let words, _) = shown.change { texts.formUnion(words.map(\.text)) }
        }
    }

    private func hasSecret(_ changes: [ShownWords]) -> Bool { !texts(changes).isDisjoint(with: Self.secret) }

    @Test mutating func `loses the words that a final hides, and keeps those that a final has`() {
        hear(["write", "to", "Ann"])
        commit(["write", "to", "Ann"], through: 3)
        // Another final decides the words far in front of it.
        hear(["listen"], from: 7)
        commit(["listen"], from: 7, through: 8)
        hear(["my", "address", "is"], from: 10)
        hear(["my", "address", "is"] + Self.secret, from: 10)
        #expect(hasSecret(undecided.open), "the client of a running session sees what it was shown")
        commit(["my", "address", "is", "[EMAIL_1]"], from: 10, through: 18, hiding: 13...17)
        #expect(texts(kept).isSuperset(of: ["write", "to", "Ann"]))
        #expect(!hasSecret(kept) && undecided.open.isEmpty)
        // Nothing is left out: later changes count the words.
        #expect(kept.count == 7)
        hear(["good", "bye"], from: 30)
        commit(["good", "bye"], from: 30, through: 40)
        #expect(texts(kept).isSuperset(of: ["good", "bye"]))
    }

    @Test mutating func `loses words that were shown before the final in front of them`() {
        hear(["my", "address", "is"] + Self.secret)
        commit(["my", "address", "is"], through: 3)
        #expect(!hasSecret(kept), "the words behind the final are not decided")
        commit(["[EMAIL_1]"], from: 3, through: 8, hiding: 3...7)
        #expect(!hasSecret(kept) && undecided.open.isEmpty)
    }

    @Test mutating func `loses words whose places in the interim are half a second wrong`() {
        hear(["is"] + Self.secret)
        commit(["is", "quiet"], through: 2)
        commit(["[EMAIL_1]"], from: 2, through: 6, hiding: 2...5)
        #expect(!hasSecret(kept))
    }

    @Test mutating func `loses at its end, and in a gap, what no final has passed`() {
        hear(Self.secret)
        #expect(hasSecret(undecided.open) && !hasSecret(undecided.unpassed) && undecided.unpassed.count == 1)
        kept += undecided.miss(in: .first)
        #expect(kept.count == 1 && !hasSecret(kept) && undecided.open.isEmpty)
    }

    @Test func `takes no channel that the session does not have`() {
        var undecided = undecided
        let none = ChannelIndex(7)
        undecided.hide(SampleRange(.zero, SampleIndex(9)), in: none)
        #expect(undecided.miss(in: none).isEmpty)
        #expect(undecided.add(ShownWords(channel: none, received: .zero, change: .final(through: .zero))).isEmpty)
    }
}
