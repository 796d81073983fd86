extension LanguageTag {
    /// The tag by the code that most models and vendors have for the language, in the letters of BCP 47: `zh` for `cmn`, `no-NO` for `nb-NO`, `pt-BR`
    /// for `PT_br` and `por-BR`. A code of several languages, such as Speechmatics' `cmn_en`, is its first one.
    package var usual: LanguageTag {
        let code = Self.usualCode(of: primary), rest = rawValue.dropFirst(primary.utf8.count)
        if Self.usualCodes[primary] != nil, rest.hasPrefix("_") { return LanguageTag(code) }
        let subtags = rest.split { $0 == "-" || $0 == "_" }.map(Self.written)
        return LanguageTag(([code] + subtags).joined(separator: "-"))
    }

    /// True if ISO 639 has the language, or had it under this code.
    var exists: Bool { Self.usualCodes[primary] != nil || LanguageCodes.has(primary) }

    private static func usualCode(of primary: String) -> String {
        let short = LanguageCodes.shortened(primary) ?? primary
        return usualCodes[short] ?? short
    }

    /// Returns a subtag in its usual letters: a region in capitals, a script with a capital.
    private static func written(_ subtag: Substring) -> String {
        switch subtag.utf8.count {
        case 2: subtag.uppercased()
        case 4 where subtag.first?.isLetter == true: subtag.prefix(1).uppercased() + subtag.dropFirst().lowercased()
        case _: String(subtag)
        }
    }

    /// Mandarin is the Chinese that is spoken, Bokmål the Norwegian that is written; Filipino is Tagalog by law. The codes from `arb` on are the
    /// standard forms of languages with several; the others are older codes of ISO 639, and Whisper's for Javanese.
    private static let usualCodes = [
        "cmn": "zh", "nb": "no", "fil": "tl", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "jv": "jw", "jw": "jw",
        "arb": "ar", "ekk": "et", "lvs": "lv", "npi": "ne", "ory": "or", "pes": "fa", "swh": "sw", "zsm": "ms",
    ]
}
