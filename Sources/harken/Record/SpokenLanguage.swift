import Speech

/// Languages as people write them, as recorders send them: one language, never several.
enum SpokenLanguage {
    private static let aliases = [
        "chinese": "zh-CN", "zh": "zh-CN", "zh-hans": "zh-CN", "中文": "zh-CN", "zh-hant": "zh-TW", "粤语": "zh-HK", "br": "pt-BR",
    ]

    /// nil: it is no language. `multi` and `auto` are none: a short or quiet chunk tells nobody its language.
    static func tag(_ text: String) -> String? {
        let name = text.split(separator: "_").joined(separator: "-")
        if let known = aliases[name.lowercased()] { return known }
        guard name.lowercased() != "multi", name.lowercased() != "auto", (2...35).contains(name.utf8.count),
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }), name.first?.isLetter == true
        else { return nil }
        return name
    }
}
