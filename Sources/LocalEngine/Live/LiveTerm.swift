import Speech

/// A key term that takes the place of heard words in a final.
package struct LiveTerm: Sendable, Equatable {
    /// The words of the reading that the term replaces, as indices.
    package let place: Range<Int>
    /// The term's words, with the punctuation around the term.
    package let words: [LiveWord]
    /// The heard words, as they were displayed.
    package let heard: String

    package init(place: Range<Int>, words: [LiveWord], heard: String) {
        (self.place, self.words, self.heard) = (place, words, heard)
    }
}

/// A word of a final with its time: as it was heard, or of a key term.
struct PlacedWord: Sendable, Equatable {
    var word: LiveWord
    var range: SampleRange
    /// The heard words in whose place the word is; nil for a word as it was heard.
    var heard: String?
}

extension [PlacedWord] {
    /// Puts in the terms that replace only words of these. A term across the end of the words is left out: its other words belong to the next final.
    mutating func put(_ terms: [LiveTerm]) {
        var next = count
        for term in terms.sorted(by: { $0.place.lowerBound > $1.place.lowerBound }) {
            guard !term.place.isEmpty, !term.words.isEmpty, term.place.lowerBound >= 0, term.place.upperBound <= next else { continue }
            let start = self[term.place.lowerBound].range.start, end = self[term.place.upperBound - 1].range.end
            let spoken = SampleRange(start, Swift.max(start, end))
            let ranges = ProportionalTimes.ranges(of: term.words.map(\.text), in: spoken)
            let language = self[term.place.lowerBound].word.language
            let words = zip(term.words, ranges).map { PlacedWord(word: $0.inLanguage(language), range: $1, heard: term.heard) }
            replaceSubrange(term.place, with: words)
            next = term.place.lowerBound
        }
    }
}
