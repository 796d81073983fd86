internal import Speech

extension VendorOptions {
    /// Drops the options that name the language in a form that their vendor does not have, such as an English name or a region that it does not know.
    /// The vendor is then asked for the session's language, which these options mean.
    ///
    /// - Parameters:
    ///   - names: the options that name languages.
    ///   - words: the vendor's own words for speech whose language is not named.
    ///   - isOwn: returns true if the vendor has a code in the form in which the client wrote it.
    mutating func dropForeignLanguages(
        in names: Set<String>, words: Set<String> = [], unless isOwn: (LanguageTag) -> Bool = { $0.rawValue == $0.usual.primary }
    ) {
        let foreign = options.filter { option in
            names.contains(option.name)
                && option.value.listed.contains { text in
                    switch LanguageName(text) {
                    case .language(let tag)?: tag.rawValue != text || !isOwn(tag)
                    case .detected?, .several?, nil: !words.contains(text)
                    }
                }
        }
        // A repeated option is one list: the rest of a list would narrow the languages to what the client did not ask for.
        options.removeAll { option in foreign.contains { $0.name == option.name } }
    }
}

extension VendorChange {
    /// Drops new options as `VendorOptions.dropForeignLanguages` does. The old values of the options no longer hold either.
    mutating func dropForeignLanguages(in names: Set<String>, words: Set<String> = []) {
        var new = VendorOptions(nil, options)
        new.dropForeignLanguages(in: names, words: words)
        options = new.options
    }
}

extension VendorOptions.Option.Value {
    /// The values of a list, which a query's parameter may have as JSON text.
    fileprivate var listed: [String] { if case .text(let text) = self, text.first == "[" { Self.json(text).texts } else { texts } }
}
