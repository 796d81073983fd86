public import Speech

/// Makes two ways of writing the same speech equal, before words are compared. `docs/evaluation.md` says rule by rule what it does.
///
/// What counts as equal is a judge's decision: it shares nothing with what an engine does to its own text.
public struct TranscriptNormalizer: Sendable {
    /// What is compared: words, or the characters of a script that has no spaces between words.
    public enum Unit: Sendable, Equatable {
        case word, character
    }

    private let isEnglish: Bool
    public let unit: Unit

    /// - Parameter language: nil and languages without rules of their own: case and punctuation only.
    public init(language: LanguageTag?) {
        let primary = language?.rawValue.split(separator: "-").first.map { $0.lowercased() } ?? ""
        isEnglish = primary == "en"
        unit = ["zh", "ja", "th", "lo", "km", "my", "yue"].contains(primary) ? .character : .word
    }

    /// The words, or characters, that are compared.
    public func units(of text: String) -> [String] {
        let words = words(of: text)
        return unit == .word ? words : words.flatMap { $0.map(String.init) }
    }

    /// The characters that are compared for a character error rate, with no spaces.
    public func characters(of text: String) -> [String] {
        words(of: text).flatMap { $0.map(String.init) }
    }

    private func words(of text: String) -> [String] {
        let spoken = Self.withoutAnnotations(text.lowercased())
        guard isEnglish else { return Self.split(spoken) }
        return EnglishNumbers.written(EnglishForms.normalized(EnglishNumbers.withSymbolsSpelled(spoken)))
    }

    /// What stands in square or angle brackets is said about the speech, not in it: `[noise]`, `<unk>`.
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

    /// Everything that is neither a letter nor a digit separates words, but for marks that belong to a letter.
    static func split(_ text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || $0.unicodeScalars.allSatisfy { $0.properties.generalCategory.isMark }) }.map(String.init)
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isMark: Bool { self == .nonspacingMark || self == .spacingMark || self == .enclosingMark }
}
