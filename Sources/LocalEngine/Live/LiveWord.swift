package import Speech

/// One word of a reading: as it was heard, before key terms are put in.
package struct LiveWord: Sendable, Hashable {
    /// The word as displayed, with its capitals and the punctuation that touches it.
    package let text: String
    /// Geometric mean of the probabilities of the word's tokens, 0…1.
    package let confidence: Float
    /// The letters, digits and apostrophes of the word, in lower case. Readings are compared by them.
    package let bare: String
    /// The language; nil where the client named it, or it was assumed.
    package let language: LanguageTag?
    /// As in `Word`.
    package let blankBefore: Bool?
    /// The tokens of the English recogniser that the word came from; empty where the word came from elsewhere.
    package let tokens: [Token]

    package init(_ text: String, confidence: Float, language: LanguageTag? = nil, blankBefore: Bool? = nil, tokens: [Token] = []) {
        self.tokens = tokens
        self.text = text
        self.confidence = confidence
        self.language = language
        self.blankBefore = blankBefore
        bare = String(text.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "'" })
    }

    /// The marks of all scripts that end a sentence.
    private static let stops: Set<Character> = [".", "?", "!", "。", "．", "｡", "？", "！", "؟", "۔", "।", "॥", "։", "።", "፧", "။", "។"]
    private static let closing: Set<Character> = ["'", "\"", "”", "’", ")", "»", "」", "』", "）"]
    private static let abbreviations: Set<String> = ["mr", "mrs", "ms", "dr", "st", "vs", "prof", "capt", "gen", "col", "rev"]

    /// True if the word ends a sentence: it has a full stop, a question mark or an exclamation mark of its script at its end, and is neither an
    /// abbreviation nor an initial.
    package var endsSentence: Bool {
        var end = text[...]
        while let last = end.last, Self.closing.contains(last) { end.removeLast() }
        guard let mark = end.last, Self.stops.contains(mark) else { return false }
        guard text.last == "." else { return true }
        let before = text.dropLast().lowercased()
        return !Self.abbreviations.contains(before) && !(before.count == 1 && before.allSatisfy(\.isLetter))
    }
}

extension LiveWord {
    /// Returns the word with a language.
    func inLanguage(_ language: LanguageTag?) -> LiveWord {
        LiveWord(text, confidence: confidence, language: language, blankBefore: blankBefore, tokens: tokens)
    }

    /// Returns the words of a reading by the English recogniser, with their tokens.
    ///
    /// - Parameters:
    ///   - words: the words of the reading.
    ///   - decoded: the first try of the reading. Further tries have tokens of their own: their words are without tokens.
    package static func words(_ words: [DecodedWord], of decoded: Decoded, in language: LanguageTag? = nil) -> [LiveWord] {
        let haveTokens = words == decoded.words
        var next = 0
        return words.map { word in
            // Tokens between two words are those of the second one, so that the words together have all tokens.
            let tokens = haveTokens ? decoded.tokens[next..<word.tokens.upperBound].map(\.token) : []
            next = word.tokens.upperBound
            return LiveWord(word.text, confidence: word.confidence, language: language, tokens: tokens)
        }
    }

    /// Returns the word as clients get it.
    ///
    /// - Parameter text: the word's text as it is displayed behind the words before.
    func shown(as text: String, in range: SampleRange) -> Word {
        var word = Word(text, range, confidence: confidence, language: language)
        if let blankBefore { word.blankBefore = blankBefore }
        return word
    }
}
