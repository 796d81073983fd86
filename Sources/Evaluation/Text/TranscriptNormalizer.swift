public import Speech

/// Makes different written forms of the same speech equal, before words are compared. `docs/evaluation.md` describes each rule.
///
/// The evaluation decides what counts as equal. Therefore this code is independent of the rules by which engines write their text.
public struct TranscriptNormalizer: Sendable {
    /// The unit of comparison: words, or characters for scripts without spaces between words.
    public enum Unit: Sendable, Equatable {
        case word, character
    }

    private let isEnglish: Bool
    public let unit: Unit

    /// Makes the normalizer of a language.
    ///
    /// - Parameter language: the language; for nil, and for languages without rules of their own, only case and punctuation are unified.
    public init(language: LanguageTag?) {
        let primary = language?.rawValue.split(separator: "-").first.map { $0.lowercased() } ?? ""
        isEnglish = primary == "en"
        unit = ["zh", "ja", "th", "lo", "km", "my", "yue"].contains(primary) ? .character : .word
    }

    /// Returns the words, or characters, to compare.
    public func units(of text: String) -> [String] {
        let words = words(of: text)
        return unit == .word ? words : words.flatMap { $0.map(String.init) }
    }

    /// Returns the units to compare, each with the way in which it joins a text of the units before it.
    ///
    /// - Returns: `goesOn` is true for a character that goes on with the word of the unit before it.
    package func joinedUnits(of text: String) -> [(text: String, goesOn: Bool)] {
        words(of: text).flatMap { word in
            unit == .word ? [(word, false)] : word.enumerated().map { (String($1), $0 > 0) }
        }
    }

    /// Returns the characters to compare for a character error rate, without spaces.
    public func characters(of text: String) -> [String] {
        words(of: text).flatMap { $0.map(String.init) }
    }

    private func words(of text: String) -> [String] {
        let spoken = Self.withoutAnnotations(text.lowercased())
        guard isEnglish else { return Self.split(spoken) }
        return EnglishNumbers.written(EnglishForms.normalized(EnglishNumbers.withSymbolsSpelled(spoken)))
    }

    /// Returns the text without remarks about the speech, which are in square or angle brackets: `[noise]`, `<unk>`.
    private static func withoutAnnotations(_ text: String) -> String {
        var result = ""
        var closing: Character?
        for character in text {
            if let end = closing {
                if character == end {
                    closing = nil
                    result.append(" ")
                }
            } else if character == "[" {
                closing = "]"
            } else if character == "<" {
                closing = ">"
            } else {
                result.append(character)
            }
        }
        return result
    }

    /// Splits text at everything that is neither a letter nor a digit, except for marks that belong to a letter.
    static func split(_ text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || $0.unicodeScalars.allSatisfy { $0.properties.generalCategory.isMark }) }.map(String.init)
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isMark: Bool { self == .nonspacingMark || self == .spacingMark || self == .enclosingMark }
}
