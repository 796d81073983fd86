extension LanguageTag {
    /// The tag by the code that most models and vendors have for the language: `zh` for `cmn`, `no-NO` for `nb-NO`. A code of several languages,
    /// such as Speechmatics' `cmn_en`, is its first one.
    package var usual: LanguageTag {
        guard let code = Self.usualCodes[primary] else { return self }
        let rest = rawValue.dropFirst(primary.utf8.count)
        return LanguageTag(rest.hasPrefix("-") ? "\(code)\(rest)" : code)
    }

    /// Mandarin is the Chinese that is spoken, Bokmål the Norwegian that is written; Filipino is Tagalog by law. The others are older codes of ISO 639, and
    /// Whisper's for Javanese.
    private static let usualCodes = [
        "cmn": "zh", "nb": "no", "fil": "tl", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "jv": "jw",
    ]
}
