/// A client's name for the language of its speech. Every way into Harken reads the name here.
///
/// Accepted, in any case: a code of ISO 639, with or without subtags (`en`, `pt-BR`, `pt_br`, `cmn`, `por`), the English name of a language
/// (`portuguese`), and the words by which clients leave the language to the engine.
package enum LanguageName: Sendable, Equatable {
    /// The client names its language.
    case language(LanguageTag)
    /// The engine finds the language: `auto`, `detect`, `und`.
    case detected
    /// Several languages may be spoken: `multi`, `mul`. An engine that cannot follow a change of language finds one.
    case several

    /// Accepted names, for messages.
    package static let accepted = "a language's code such as en or pt-BR, its English name, or auto"

    /// - Parameter text: the name as the client wrote it; nil is returned when no language has the name.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "auto", "detect", "und": self = .detected
        case "multi", "mul": self = .several
        case let name:
            if let tag = LanguageTag.named(name) {
                self = .language(tag)
                return
            }
            let tag = LanguageTag(text)
            guard tag.isWellFormed, tag.exists else { return nil }
            self = .language(tag)
        }
    }

    /// The name as engines know it: `multi` where the client names no language.
    package var tag: LanguageTag { if case .language(let tag) = self { tag } else { .multi } }

    /// The language that the client names; nil where the client leaves it to the engine.
    package var named: LanguageTag? { if case .language(let tag) = self { tag } else { nil } }

    /// The language of a recording as its engine is asked for it: nil where the engine finds it, `multi` where several may be spoken.
    package var ofRecording: LanguageTag? { self == .detected ? nil : tag }
}

extension LanguageTag {
    /// The tag of speech in any language: the engine finds the language, or follows several.
    package static let multi = LanguageTag("multi")

    /// True if the tag leaves the language to the engine.
    package var isMulti: Bool { primary == "multi" }

    /// True if the text is a code of two or three letters, and subtags of at most eight letters and digits.
    fileprivate var isWellFormed: Bool {
        guard rawValue.utf8.count <= 35 else { return false }
        let parts = rawValue.utf8.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        return (2...3).contains(parts[0].count) && parts[0].allSatisfy { Self.isLetter($0) }
            && parts.dropFirst().allSatisfy { part in (1...8).contains(part.count) && part.allSatisfy { Self.isLetter($0) || 0x30...0x39 ~= $0 } }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { 0x41...0x5A ~= byte || 0x61...0x7A ~= byte }
}

/// A name that no language has, in a parameter that names the language of speech.
package struct LanguageFault: Error, Sendable, Equatable {
    /// The parameter, as the client names it.
    package var parameter: String
    /// The refused name, cut to 40 bytes; nil: the parameter is missing.
    package var value: String?

    package init(_ parameter: String, _ value: String?) {
        self.parameter = parameter
        self.value = value.map { $0.prefix(bytes: 40) }
    }

    /// The fault as a sentence that says which value is accepted.
    package var message: String {
        let problem = value.map { "is \"\($0)\", which no language is called" } ?? "is missing"
        return "\(parameter) \(problem); it must be \(LanguageName.accepted)."
    }
}
