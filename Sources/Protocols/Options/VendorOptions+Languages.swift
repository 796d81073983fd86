internal import Framing
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

    /// True if the client asks for the detection of the language by a flag, such as `language_detection`.
    var asksForDetection: Bool { options.contains { $0.aspect == .language && $0.value.text.equalsIgnoringCase("true") } }

    /// Takes the languages that are not among `allowed` out of the options that name languages. An option that then names none is removed.
    mutating func keepLanguages(_ allowed: [LanguageTag]) {
        let codes = Set(allowed.map(\.usual.primary))
        options = options.compactMap { option in
            guard option.aspect == .language else { return option }
            var kept = option
            guard let value = option.value.keepingLanguages({ codes.contains($0.usual.primary) }) else { return nil }
            kept.value = value
            return kept
        }
    }
}

extension VendorChange {
    /// Drops new options as `VendorOptions.dropForeignLanguages` does. The old values of the options no longer hold either.
    mutating func dropForeignLanguages(in names: Set<String>, words: Set<String> = []) {
        var new = VendorOptions(nil, options)
        new.dropForeignLanguages(in: names, words: words)
        options = new.options
    }

    /// True if the new options are about the language, and do not name exactly one.
    var leavesLanguageOpen: Bool {
        let own = options.filter { $0.aspect == .language }
        let named = own.flatMap(\.value.listed).map { LanguageName($0)?.named }
        return !own.isEmpty && (named.count != 1 || named.contains(nil))
    }

    /// Removes the new options that are about the language. The old values do not hold either.
    mutating func dropLanguages() { options.removeAll { $0.aspect == .language } }

    /// Limits the new options as `VendorOptions.keepLanguages` does. The old values do not hold either.
    mutating func keepLanguages(_ allowed: [LanguageTag]) {
        var new = VendorOptions(nil, options)
        new.keepLanguages(allowed)
        options = new.options
    }
}

extension VendorOptions.Option.Value {
    /// The values of a list, which a query's parameter may have as JSON text.
    fileprivate var listed: [String] { if case .text(let text) = self, text.first == "[" { Self.json(text).texts } else { texts } }

    /// Returns the value without the languages that are not allowed; nil when nothing is left. Texts that name no language stay.
    fileprivate func keepingLanguages(_ isAllowed: (LanguageTag) -> Bool) -> Self? {
        let isJSON: Bool, text: String
        switch self {
        case .text(let plain): (isJSON, text) = (plain.first == "[", plain)
        case .json(let json): (isJSON, text) = (true, json)
        }
        guard isJSON, let value = try? JSONValue(parsing: Array(text.utf8)) else {
            guard let language = LanguageName(text)?.named, !isAllowed(language) else { return self }
            return nil
        }
        guard let kept = value.keepingLanguages(isAllowed) else { return nil }
        guard kept != value else { return self }
        var json = JSONWriter()
        json.value(kept)
        if case .text = self { return .text(json.text) }
        return .json(json.text)
    }
}

extension JSONValue {
    /// Returns the value without the texts that name languages that are not allowed; nil when nothing is left of it.
    ///
    /// `nil` beside a value would be JSON's null.
    fileprivate func keepingLanguages(_ isAllowed: (LanguageTag) -> Bool) -> JSONValue? {
        switch self {
        case .string(let text):
            guard let language = LanguageName(text)?.named, !isAllowed(language) else { return self }
            return Optional.none
        case .array(let items):
            let kept = items.compactMap { $0.keepingLanguages(isAllowed) }
            return kept.isEmpty && !items.isEmpty ? Optional.none : .array(kept)
        case .object(let members):
            let kept = members.compactMap { member in
                member.value.keepingLanguages(isAllowed).map { Member(name: member.name, value: $0) }
            }
            return kept.isEmpty && !members.isEmpty ? Optional.none : .object(kept)
        case .null, .bool, .int, .double: return self
        }
    }
}
