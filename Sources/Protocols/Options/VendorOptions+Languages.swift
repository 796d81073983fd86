internal import Speech

extension VendorOptions {
    /// Drops the options that name the language in words that their vendor does not have, such as English names. The vendor is then asked for the session's
    /// language, which these words mean.
    ///
    /// - Parameters:
    ///   - names: the options that name languages.
    ///   - words: the vendor's own words for speech whose language is not named.
    ///   - joins: true if the vendor's codes may have an underscore.
    mutating func dropForeignLanguages(in names: Set<String>, words: Set<String> = [], joins: Bool = false) {
        options.removeAll { option in
            names.contains(option.name) && option.value.texts.contains { !Self.isCode($0, words: words, joins: joins) }
        }
    }

    private static func isCode(_ text: String, words: Set<String>, joins: Bool) -> Bool {
        switch LanguageName(text) {
        case .language(let tag)?: tag.rawValue == text && (joins || !text.utf8.contains(UInt8(ascii: "_")))
        case .detected?, .several?: words.contains(text)
        case nil: false
        }
    }
}
