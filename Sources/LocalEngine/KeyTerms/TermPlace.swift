/// A place in a recognised text where a term might have been said.
struct TermPlace: Sendable, Equatable {
    /// Index of the term in its list.
    var term: Int
    /// The heard words, as indices.
    var words: Range<Int>
    /// The heard tokens.
    var tokens: Range<Int>
    /// Cost of turning the heard phones into the term's, for each phone of the term.
    var distance: Float
    /// True if the dictionary has all the words that were heard.
    var isOrdinary: Bool
    /// True if the words have the letters of the term, and differ only in hyphens, spaces or capitals.
    var isSameLetters = false
    /// The gain at the first token that differs, at most: known from the first decoding. Not above 0, as a rule.
    var gap: Float = 0

    func overlaps(_ other: TermPlace) -> Bool { words.overlaps(other.words) }
}

/// A term that goes in at its place.
struct TermChange: Sendable, Equatable {
    var place: TermPlace
    /// Log-probability of the text with the term, less that of the heard text.
    var gain: Float
    /// The tokens that take the place of the heard ones, with the punctuation around the term.
    var tokens: [ScoredToken]
}
