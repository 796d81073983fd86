/// A sentence of a conversation, and what is known of its beginning.
struct SpokenSentence: Sendable, Equatable {
    var text: String
    /// False: the text goes on with a sentence that began before, because a segment ended inside it.
    var isBeginning: Bool

    /// Returns the sentences of segments, in order. Where no sentence has an end, as an engine without punctuation writes, each segment begins one.
    static func all(of texts: [String]) -> [SpokenSentence] {
        var sentences: [SpokenSentence] = [], isOpen = false, hasEnd = false
        for text in texts {
            for (index, part) in parts(of: text).enumerated() {
                sentences.append(SpokenSentence(text: part.text, isBeginning: index > 0 || !isOpen))
                isOpen = !part.isWhole
                hasEnd = hasEnd || part.isWhole
            }
        }
        if !hasEnd { for index in sentences.indices { sentences[index].isBeginning = true } }
        return sentences
    }

    /// Returns the sentences of a text, the last of which may be incomplete.
    static func parts(of text: String) -> [(text: String, isWhole: Bool)] {
        var sentences: [(text: String, isWhole: Bool)] = []
        var current = "", before = ""
        for piece in text.split(whereSeparator: \.isWhitespace) {
            for (index, word) in Sentence.parts(of: piece).enumerated() {
                // The blanks are the text's own.
                Sentence.append(word, blank: index == 0, to: &current)
                if Sentence.isEnd(of: word), !isAbbreviation(word, behind: before) {
                    sentences.append((current, true))
                    current = ""
                }
                before = word
            }
        }
        if !current.isEmpty { sentences.append((current, false)) }
        return sentences
    }

    /// Words with a full stop that stand before a name.
    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "messrs", "rev", "gen", "col", "capt", "lt", "sgt", "hon", "gov", "sen", "hr", "fr", "mme", "mlle",
        "sr", "sra",
        "srta", "sig", "dott", "dña", "bzw", "z.b", "d.h", "e.g", "i.e", "vs",
    ]

    /// Returns true if a word with a full stop is shortened: a title, or the initial in a name.
    private static func isAbbreviation(_ word: String, behind before: String) -> Bool {
        guard word.hasSuffix(".") else { return false }
        let bare = word.dropLast().drop { !$0.isLetter }
        if bare.count == 1, let initial = bare.first { return initial.isUppercase && initial != "I" && before.first?.isUppercase == true }
        return abbreviations.contains(bare.lowercased())
    }
}
