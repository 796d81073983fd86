package import Speech

/// The difference between the shadow's words and the committed words. Words are compared as they are spoken: capitals, punctuation and the way in
/// which numbers are written make no difference.
package struct Evaluation: Sendable, Equatable {
    /// The committed text and the shadow's text of one interval.
    package struct Piece: Sendable, Equatable {
        package var channel: ChannelIndex
        package var range: SampleRange
        package var committed: String
        package var shadow: String
    }

    /// The shadow's engine.
    package let engine: EngineName
    /// The engines whose words were committed, in the order in which they came.
    package private(set) var committedBy: [EngineName] = []
    /// Amount of audio for which both the session and the shadow have said all their words, summed over the channels.
    package private(set) var compared = SampleCount.zero
    /// Number of committed words in the compared audio, as they are spoken.
    package private(set) var words = 0
    package private(set) var substituted = 0
    /// Number of words that were committed and that the shadow did not hear.
    package private(set) var missing = 0
    /// Number of words that only the shadow heard.
    package private(set) var added = 0
    /// The first compared intervals, at most 2,000.
    package private(set) var pieces: [Piece] = []
    /// True if more intervals were compared than `pieces` holds.
    package private(set) var isCut = false
    private static let maxPieces = 2_000

    package init(engine: EngineName) { self.engine = engine }

    /// Number of wrong words for each committed word; nil: no word was committed.
    package var errorRate: Double? { words == 0 ? nil : Double(substituted + missing + added) / Double(words) }

    /// The comparison without what was said.
    package var withoutTexts: Evaluation {
        var figures = self
        figures.pieces = []
        return figures
    }

    mutating func commits(_ engine: EngineName) {
        if !committedBy.contains(engine), committedBy.count < 16 { committedBy.append(engine) }
    }

    mutating func compare(_ committed: [Word], with shadow: [Word], in range: SampleRange, _ channel: ChannelIndex) {
        compared += range.count
        guard !committed.isEmpty || !shadow.isEmpty else { return }
        count(committed.flatMap(SpokenForm.tokens), shadow.flatMap(SpokenForm.tokens))
        guard pieces.count < Self.maxPieces else {
            isCut = true
            return
        }
        pieces.append(Piece(channel: channel, range: range, committed: Self.text(committed), shadow: Self.text(shadow)))
    }

    private static func text(_ words: [Word]) -> String { words.text }

    /// Counts the edits of the least Levenshtein distance by their kind: substituted, missing, added.
    private mutating func count(_ said: [String], _ heard: [String]) {
        typealias Cost = (total: Int, substituted: Int, missing: Int, added: Int)
        var row: [Cost] = (0...heard.count).map { ($0, 0, 0, $0) }
        for word in said {
            var diagonal = row[0]
            row[0].total += 1
            row[0].missing += 1
            for (place, other) in heard.enumerated() {
                var best = diagonal
                if word != other {
                    best.total += 1
                    best.substituted += 1
                }
                diagonal = row[place + 1]
                if diagonal.total + 1 < best.total { best = (diagonal.total + 1, diagonal.substituted, diagonal.missing + 1, diagonal.added) }
                let left = row[place]
                if left.total + 1 < best.total { best = (left.total + 1, left.substituted, left.missing, left.added + 1) }
                row[place + 1] = best
            }
        }
        guard let last = row.last else { return }
        words += said.count
        substituted += last.substituted
        missing += last.missing
        added += last.added
    }
}
