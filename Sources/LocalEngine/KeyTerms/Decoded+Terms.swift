extension Decoded {
    /// Returns the text with terms put in, whose words are marked.
    ///
    /// - Parameters:
    ///   - changes: the changes, in order, without overlaps.
    ///   - words: returns the words of tokens.
    func with(_ changes: [TermChange], words: ([ScoredToken]) -> [DecodedWord]) -> Decoded {
        var tokens: [ScoredToken] = [], places: [(tokens: Range<Int>, heard: [DecodedWord])] = []
        var next = 0
        for change in changes {
            tokens += self.tokens[next..<change.place.tokens.lowerBound]
            let heard = self.words.filter { change.place.tokens.contains($0.tokens.lowerBound) }
            places.append((tokens.count..<tokens.count + change.tokens.count, heard))
            tokens += change.tokens
            next = change.place.tokens.upperBound
        }
        tokens += self.tokens[next...]
        var changed = Decoded(tokens: tokens, words: words(tokens), stop: stop)
        for place in places {
            let text = WordForm.inner(place.heard.map(\.text).joined(separator: " "))
            let own = changed.words.indices.filter { place.tokens.contains(changed.words[$0].tokens.lowerBound) }
            for index in own { changed.words[index].mark = TermMark(heard: text, wordCount: index == own.first ? place.heard.count : 0) }
        }
        return changed
    }
}
