extension Transcript {
    /// The languages that were spoken, each once and without regions: the transcript's own one, then the words' in order of appearance. Empty if no
    /// language is known.
    package var languages: [LanguageTag] {
        var languages: [LanguageTag] = []
        func add(_ language: LanguageTag) {
            let plain = LanguageTag(language.primary)
            if plain != .undetermined, !languages.contains(plain) { languages.append(plain) }
        }
        add(language)
        for channel in channels {
            for word in channel.words { if let language = word.language { add(language) } }
        }
        return languages
    }

    /// Returns the language of most words of a channel, with the confidence in it: 0…1, nil where the engine has none. Nil if the language is not known.
    ///
    /// Words that tell no language are in the transcript's language, and so is a channel without words. Of languages with equally many words, the one
    /// that was spoken first counts.
    package func mainLanguage(of channel: Channel) -> (language: LanguageTag, confidence: Float?)? {
        var shares = LanguageShares()
        for word in channel.words { shares.add(LanguageTag((word.language ?? language).primary), 1) }
        guard let main = shares.main, main.rawValue != language.primary else {
            return language == .undetermined ? nil : (language, languageConfidence)
        }
        let confidences = channel.words.filter { $0.language?.primary == main.rawValue }.compactMap(\.languageConfidence)
        return (main, confidences.isEmpty ? nil : confidences.reduce(0, +) / Float(confidences.count))
    }
}
