/// The languages that a caller's speech may be in: those of the caller's key, and those of the caller's user. Pure.
///
/// A recognition asks for one language, or has its language found. In the first case both lists must have the language; in the second case the
/// language is found among those that both lists have.
package struct AllowedLanguages: Sendable, Equatable {
    /// The owner of a list.
    package enum Holder: String, Sendable, CaseIterable {
        case key = "this key"
        case user = "this user"
    }

    private struct List: Sendable, Equatable {
        var holder: Holder
        var languages: [LanguageTag]

        func has(_ language: LanguageTag) -> Bool { languages.contains { $0.usual.primary == language.usual.primary } }
    }

    /// The lists that limit something.
    private var lists: [List] = []

    /// Every language.
    package static let all = AllowedLanguages()

    /// Makes the languages from the lists of a key and of a user. An empty list allows every language.
    package init(key: [LanguageTag] = [], user: [LanguageTag] = []) {
        for (holder, languages) in [(Holder.key, key), (.user, user)] where !languages.isEmpty {
            lists.append(List(holder: holder, languages: languages))
        }
    }

    /// Reads a list as it is stored: codes with blanks between them. Texts that no language has as a name are left out.
    package static func list(_ text: String) -> [LanguageTag] {
        text.split(separator: " ").compactMap { LanguageName(String($0))?.named }
    }

    /// Returns a list as it is stored: what `list` reads.
    package static func text(of languages: [LanguageTag]) -> String { languages.map(\.rawValue).joined(separator: " ") }

    /// Returns a list as it is stored, each language once by its code without a region; nil when a name is not a language's.
    package static func stored(_ names: [String]) -> String? {
        var languages: [LanguageTag] = []
        for name in names {
            guard let code = LanguageName(name)?.named?.usual.primary else { return nil }
            let language = LanguageTag(code)
            if !languages.contains(language) { languages.append(language) }
        }
        return text(of: languages)
    }

    /// Limits what a recognition asks for.
    ///
    /// - Parameters:
    ///   - language: the language that is asked for; nil or `multi`: the language is found. Becomes the only language that is left, if one is.
    ///   - among: the languages that the request finds its language among; empty: all. Becomes those that the lists have too. Where a language is
    ///     named, becomes all that the lists have, for a client that has its language found later.
    /// - Throws: when the lists do not have the language, or leave none.
    package func limit(_ language: inout LanguageTag?, among: inout [LanguageTag]) throws(DisallowedLanguage) {
        guard let first = lists.first else { return }
        if let language, !language.isMulti {
            if let list = lists.first(where: { !$0.has(language) }) {
                throw DisallowedLanguage([language], list.holder, allowed: list.languages)
            }
            among = first.languages.filter { language in lists.allSatisfy { $0.has(language) } }
            return
        }
        var left = among.isEmpty ? first.languages : among
        for list in lists {
            let both = left.filter { list.has($0) }
            guard !both.isEmpty else { throw DisallowedLanguage(left, list.holder, allowed: list.languages) }
            left = both
        }
        among = left
        if left.count == 1 { language = left.first }
    }
}

/// A recognition that asks for languages that the caller's key or user does not allow.
package struct DisallowedLanguage: Error, Sendable, Equatable {
    /// The languages that are asked for; not empty.
    package var asked: [LanguageTag]
    package var holder: AllowedLanguages.Holder
    /// The languages that the holder allows.
    package var allowed: [LanguageTag]

    init(_ asked: [LanguageTag], _ holder: AllowedLanguages.Holder, allowed: [LanguageTag]) {
        self.asked = asked
        self.holder = holder
        self.allowed = allowed
    }

    /// The refusal as a sentence that names the holder and the allowed languages. It is short, because a close frame has little room.
    package var message: String {
        "The language \(Self.text(asked)) is not allowed: \(holder.rawValue) allows \(Self.text(allowed))."
    }

    private static func text(_ languages: [LanguageTag]) -> String { languages.map(\.rawValue).joined(separator: ", ") }
}
