/// Words that tell nothing of what a text is about, such as "the" and "auf": articles, pronouns, prepositions and auxiliary verbs.
package enum StopWords {
    private struct Entry {
        /// The lists that have the word, one bit each.
        var lists: UInt64 = 0
        /// False: the word means something in another language.
        var isCertain = false
    }

    private static let entries: [String: Entry] = {
        var entries: [String: Entry] = [:]
        for (index, list) in lists.enumerated() {
            for written in list.split(separator: " ") {
                let isCertain = !written.hasSuffix("?"), word = String(isCertain ? written : written.dropLast())
                entries[word, default: Entry()].lists |= 1 << UInt64(index)
                if isCertain { entries[word]?.isCertain = true }
            }
        }
        // People leave accents out. Without them many a word is another one: "fur" for "für".
        for (word, entry) in entries {
            let bare = bare(word)
            if bare != word, entries[bare]?.isCertain != true { entries[bare, default: Entry()].lists |= entry.lists }
        }
        return entries
    }()

    /// Returns the form of a word in which words are compared: small letters, without the marks around it.
    package static func form(of word: some StringProtocol) -> String {
        let trimmed = word.drop { !isPart($0) }.reversed().drop { !isPart($0) }.reversed()
        return String(trimmed).lowercased().replacing("’", with: "'")
    }

    private static func isPart(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    /// Returns the word without the accents of Latin letters.
    package static func bare(_ word: String) -> String {
        word.utf8.allSatisfy { $0 < 0x80 } ? word : String(word.map { accented[$0] ?? $0 })
    }

    private static let accented: [Character: Character] = {
        let letters = [
            ("a", "àáâãäåāăą"), ("c", "çćč"), ("d", "ďđ"), ("e", "èéêëēėęě"), ("g", "ğ"), ("i", "ìíîïīı"), ("l", "ł"), ("n", "ñńň"), ("o", "òóôõöøő"),
            ("r", "ř"), ("s", "śšşș"), ("t", "ťţț"), ("u", "ùúûüūůű"), ("y", "ýÿ"), ("z", "źżž"),
        ]
        return Dictionary(
            letters.flatMap { plain, marked in marked.map { ($0, Character(plain)) } }, uniquingKeysWith: { first, _ in first })
    }()

    /// Returns true if a word is a stop word whatever the language.
    ///
    /// - Parameter form: the word as `form` gives it; so are the words of all functions below.
    package static func contains(_ form: String) -> Bool { entries[form]?.isCertain == true }

    /// Returns true if a word is a stop word in one language and another word in another, such as "car" and "die".
    package static func isAmbiguous(_ form: String) -> Bool { entries[form].map { !$0.isCertain } ?? false }

    /// Returns for each word of a text whether it is a stop word there. An ambiguous word is one in the language that most stop words of the text belong
    /// to; where several languages have as many, in all of them.
    package static func flags(of forms: [String]) -> [Bool] {
        var counts = [Int](repeating: 0, count: lists.count)
        let found = forms.map { entries[$0] }
        for case let entry? in found where entry.isCertain {
            for index in counts.indices where entry.lists & (1 << UInt64(index)) != 0 { counts[index] += 1 }
        }
        let most = counts.max() ?? 0
        var spoken: UInt64 = 0
        for index in counts.indices where most > 0 && counts[index] == most { spoken |= 1 << UInt64(index) }
        return found.map { entry in
            guard let entry else { return false }
            return entry.isCertain || spoken != 0 && entry.lists & spoken == spoken
        }
    }
}
