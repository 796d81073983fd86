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
        var counts: [(language: String, words: Int)] = []
        for word in channel.words {
            let language = (word.language ?? self.language).primary
            if let place = counts.firstIndex(where: { $0.language == language }) {
                counts[place].words += 1
            } else {
                counts.append((language, 1))
            }
        }
        var main = counts.first
        for count in counts where count.words > main?.words ?? 0 { main = count }
        guard let main, main.language != language.primary else { return language == .undetermined ? nil : (language, languageConfidence) }
        let confidences = channel.words.filter { $0.language?.primary == main.language }.compactMap(\.languageConfidence)
        return (LanguageTag(main.language), confidences.isEmpty ? nil : confidences.reduce(0, +) / Float(confidences.count))
    }
}
