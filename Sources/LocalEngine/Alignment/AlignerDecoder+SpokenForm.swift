extension AlignerDecoder {
    /// Aligns words as they are spoken and gives each the range of all its parts. A word with nothing to speak lies at the end of the one before.
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

    /// What the dictionary has for a token, or what it has once the token's likely sounds were added to it.
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
