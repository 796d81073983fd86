package import Speech

/// What a request wants its words to look like.
package struct DeepgramFormatting: Sendable, Equatable {
    /// `punctuated_word`, and a transcript with capitals and punctuation.
    package var punctuates: Bool
    /// `speaker`. Words that have none get 0: one speaker, as long as nothing tells speakers apart.
    package var speakers: Bool
    /// `speaker_confidence`: 0 for such words, since nobody judged them.
    package var speakerConfidences: Bool
    /// `language` in each word.
    package var languages: Bool
    package var replacements: [WordReplacement]

    package init(
        punctuates: Bool = false, speakers: Bool = false, speakerConfidences: Bool = false, languages: Bool = false,
        replacements: [WordReplacement] = []
    ) {
        self.punctuates = punctuates
        self.speakers = speakers
        self.speakerConfidences = speakerConfidences
        self.languages = languages
        self.replacements = replacements
    }

    /// The words that will be shown: replaced, and without speakers that nobody asked for.
    package func chosen(_ words: [Word]) -> [Word] {
        var words = replacements.isEmpty ? words : WordReplacement.apply(replacements, to: words)
        if !speakers {
            for index in words.indices where words[index].speaker != nil { words[index].speaker = nil }
        }
        return words
    }

    /// - Parameters:
    ///   - words: chosen already.
    ///   - rate: of the words' positions.
    package func written(_ words: [Word], rate: SampleRate) -> [DeepgramWord] {
        words.map { word in
            DeepgramWord(
                word: word.bare, start: word.range.start.seconds(at: rate), end: word.range.end.seconds(at: rate),
                confidence: Double(min(max(word.confidence, 0), 1)), punctuatedWord: punctuates ? word.text : nil,
                speaker: speakers ? word.speaker?.number ?? 0 : nil, speakerConfidence: speakerConfidences ? word.speaker == nil ? 0 : 1 : nil,
                language: languages ? word.language?.rawValue : nil)
        }
    }
}
