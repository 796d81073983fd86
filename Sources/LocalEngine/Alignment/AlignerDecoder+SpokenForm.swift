extension AlignerDecoder {
    /// Aligns words in their spoken form. Each word gets the range of all its parts; a word without spoken parts lies at the end of the word before.
    mutating func align(_ spoken: [SpokenForm], in samples: [Int16]) -> [Range<Int>]? {
        var pronounced: [String] = []
        var parts: [Range<Int>] = []
        for form in spoken {
            let first = pronounced.count
            for token in form.tokens { pronounced += dictionaryWords(for: token) }
            parts.append(first..<pronounced.count)
        }
        guard !pronounced.isEmpty, let ranges = align(pronounced, in: samples) else { return nil }
        var last = ranges[0].lowerBound
        return parts.map { part in
            guard let first = part.first, let end = part.last else { return last..<last }
            last = ranges[end].upperBound
            return ranges[first].lowerBound..<last
        }
    }

    /// Returns the dictionary's words for a token. Adds the token's likely sounds to the dictionary when it does not have the token.
    private mutating func dictionaryWords(for token: SpokenForm.Token) -> [String] {
        if knows(token.text) { return [token.text] }
        let bare = token.text.filter { $0 != "." }
        if bare != token.text, knows(bare) { return [bare] }
        if token.isSpelled || token.text.contains(".") {
            let letters = bare.filter { $0 != "'" }.map(String.init)
            if !letters.isEmpty, letters.allSatisfy({ knows($0) }) { return letters }
        }
        if bare.isEmpty { return [] }
        if knows(bare) { return [bare] }
        let phones = LetterToPhone.phones(of: bare)
        guard !phones.isEmpty, add(bare, phones: phones) else { return [] }
        return [bare]
    }
}
