package import Speech

/// Hides profane words: `f***`.
package struct ProfanityFilter: Sendable {
    /// Words of one language: those that begin so, whatever follows, and whole words.
    private struct List: Sendable {
        var stems: [String]
        var words: Set<String>
    }

    /// Words of the operator's own.
    struct OwnWords: Sendable, Equatable {
        /// Whole words.
        var words: Set<String>
        /// Beginnings of words.
        var stems: [String]

        /// - Parameter texts: words in lower case. A word with `*` at its end is a beginning.
        init(_ texts: [String]) {
            words = Set(texts.filter { !$0.hasSuffix("*") })
            stems = texts.filter { $0.hasSuffix("*") && $0.count > 1 }.map { String($0.dropLast()) }
        }

        var isEmpty: Bool { words.isEmpty && stems.isEmpty }
    }

    private static let known: [String: List] = [
        "en": List(
            stems: ["fuck", "motherfuck", "shit", "bullshit", "bitch", "cunt", "asshole", "arsehole", "wanker", "goddamn", "dickhead", "cocksuck"],
            words: [
                "ass", "arse", "bastard", "bastards", "dick", "dicks", "cock", "cocks", "piss", "pissed", "slut", "sluts", "whore", "whores", "damn",
                "dammit", "crap", "twat",
            ]),
        "de": List(
            stems: ["scheiß", "scheiss", "arschl", "fick", "gefick", "wichs", "hurens", "fotze", "verfickt", "beschissen"],
            words: ["arsch", "hure", "huren", "schlampe", "schlampen", "nutte", "nutten", "kacke", "mist", "schwanzlutscher"]),
        "es": List(
            stems: ["mierda", "joder", "jodid", "coño", "cabrón", "cabron", "gilipoll", "hijoput", "pendej", "chinga"],
            words: ["puta", "puto", "putas", "putos", "carajo", "polla", "culo", "verga"]),
        "fr": List(
            stems: ["merde", "putain", "connard", "connass", "encul", "salop", "bordel"],
            words: ["con", "cons", "conne", "pute", "putes", "chiant", "foutre", "bite", "couilles"]),
    ]

    /// True if profane words of the language are known.
    static func knows(_ language: LanguageTag) -> Bool { known[language.primary] != nil }

    private let lists: [List]
    private let own: OwnWords

    /// Returns nil for a language without a list, unless there are words of the operator's own.
    ///
    /// - Parameter own: further words of any language, in lower case. A word with `*` at its end is hidden whatever follows.
    package init?(_ language: LanguageTag, own: [String] = []) { self.init([language], own: OwnWords(own)) }

    /// Makes a filter for texts of several languages that do not tell which word is in which language: words that are profane in any of them are hidden.
    /// Returns nil if no language has a list, unless there are words of the operator's own.
    init?(_ languages: [LanguageTag], own: OwnWords) {
        lists = languages.compactMap { Self.known[$0.primary] }
        guard !lists.isEmpty || !own.isEmpty else { return nil }
        self.own = own
    }

    /// Returns the words, of profane ones the first letter and the marks.
    package func filtered(_ words: [Word]) -> [Word] {
        var filtered = words
        for index in filtered.indices where isProfane(filtered[index].bare) { filtered[index].text = Self.hidden(filtered[index].text) }
        return filtered
    }

    /// Returns a word's text, of a profane word the first letter and the marks.
    package func filtered(_ text: String) -> String {
        isProfane(Word(text, SampleRange(.zero, .zero), confidence: 1).bare) ? Self.hidden(text) : text
    }

    private func isProfane(_ bare: String) -> Bool {
        own.words.contains(bare) || own.stems.contains { bare.hasPrefix($0) }
            || lists.contains { $0.words.contains(bare) || $0.stems.contains { bare.hasPrefix($0) } }
    }

    private static func hidden(_ text: String) -> String {
        guard let first = text.firstIndex(where: \.isLetter) else { return text }
        return text[...first] + text[text.index(after: first)...].map { $0.isLetter ? "*" : String($0) }.joined()
    }
}
