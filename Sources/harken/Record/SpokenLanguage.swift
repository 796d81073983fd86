import Speech

/// Names of languages that people type, as the tags that recorders send: always a single language.
enum SpokenLanguage {
    private static let aliases = [
        "chinese": "zh-CN", "zh": "zh-CN", "zh-hans": "zh-CN", "中文": "zh-CN", "zh-hant": "zh-TW", "粤语": "zh-HK", "br": "pt-BR",
    ]

    /// Returns the tag; nil when the text is not a language. `multi` and `auto` give nil, because a language cannot be detected in a short or quiet
    /// chunk.
    static func tag(_ text: String) -> String? {
        let name = text.split(separator: "_").joined(separator: "-")
        if let known = aliases[name.lowercased()] { return known }
        guard name.lowercased() != "multi", name.lowercased() != "auto", (2...35).contains(name.utf8.count),
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }), name.first?.isLetter == true
        else { return nil }
        return name
    }
}
