package import Speech

/// Hides profane words: `f***`.
package struct ProfanityFilter: Sendable {
    /// English words that begin so are hidden, whatever follows; the second list is of whole words.
    private static let stems = [
        "fuck", "motherfuck", "shit", "bullshit", "bitch", "cunt", "asshole", "arsehole", "wanker", "goddamn", "dickhead", "cocksuck",
    ]
    private static let words: Set<String> = [
        "ass", "arse", "bastard", "bastards", "dick", "dicks", "cock", "cocks", "piss", "pissed", "slut", "sluts", "whore", "whores", "damn",
        "dammit", "crap", "twat",
    ]

    /// Returns nil for a language without a list.
    package init?(_ language: LanguageTag) {
        guard language.primary == "en" else { return nil }
    }

    /// Returns the words, of profane ones the first letter and the marks.
    package func filtered(_ words: [Word]) -> [Word] {
        var filtered = words
        for index in filtered.indices where Self.isProfane(filtered[index].bare) { filtered[index].text = Self.hidden(filtered[index].text) }
        return filtered
    }

    private static func isProfane(_ bare: String) -> Bool { words.contains(bare) || stems.contains { bare.hasPrefix($0) } }

    private static func hidden(_ text: String) -> String {
        guard let first = text.firstIndex(where: \.isLetter) else { return text }
        return text[...first] + text[text.index(after: first)...].map { $0.isLetter ? "*" : String($0) }.joined()
    }
}
