internal import Speech

extension UserChoices {
    /// Maximum size of a name in bytes.
    package static let maxName = 400
    /// Limits of the vocabulary, and of one of its words in characters and in bytes.
    package static let maxWords = 500
    private static let maxWord = 100, maxWordSize = 1_000
}

extension UserChoices.Setting {
    /// Returns the reason why a stored value of the setting is refused, as a sentence for the user; nil when the value is accepted.
    package func fault(in value: String) -> String? {
        switch self {
        case .singleLanguage, .learnsVoices, .usesSummaryModel: value == "true" || value == "false" ? nil : "\"\(rawValue)\" must be true or false."
        case .vocabulary: UserChoices.vocabularyFault(in: value)
        case .language: LanguageName(value) == nil ? LanguageFault(LanguageParameter.settings.name, value).message : nil
        case .languages:
            AllowedLanguages.stored(value.split(separator: " ").map(String.init)) == value
                ? nil : "\"languages\" must be codes of languages such as de or en, each once."
        case .name:
            value.utf8.count > UserChoices.maxName || value.allSatisfy(\.isWhitespace)
                ? "\"name\" must have letters, and at most \(UserChoices.maxName) bytes." : nil
        case .audioDays:
            Int(value).map { (0...UserChoices.maxAudioDays).contains($0) } == true ? nil : "\"audio_days\" must be 0 to \(UserChoices.maxAudioDays)."
        // The rules of a zone are asked for where the zone is set.
        case .timeZone: TimeZoneName(value) == nil ? "\"time_zone\" must be \(TimeZoneName.accepted)." : nil
        }
    }
}

extension UserChoices {
    fileprivate static func vocabularyFault(in value: String) -> String? {
        guard !value.isEmpty else { return nil }
        let words = value.split(separator: "\n", omittingEmptySubsequences: false)
        let isAccepted =
            words.count <= maxWords
            && words.allSatisfy { !$0.isEmpty && $0.utf8.count <= maxWordSize && $0.count <= maxWord && !$0.contains(where: \.isNewline) }
        return isAccepted ? nil : "\"vocabulary\" must be at most \(maxWords) texts, each one line of 1 to \(maxWord) characters."
    }
}
