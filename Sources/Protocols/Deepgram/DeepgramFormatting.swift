package import Speech
package import TextNormalization

/// The form in which a request wants its words.
package struct DeepgramFormatting: Sendable, Equatable {
    /// Adds `punctuated_word`, and writes the transcript with capitals and punctuation.
    package var punctuates: Bool
    /// Adds `speaker` to words that have one. In recordings, words without a speaker get 0: one speaker, as long as nothing distinguishes speakers.
    package var speakers: Bool
    /// Adds `speaker_confidence`: the engine's own, that of an unknown confidence where the engine has none, and 0 for words without a speaker.
    package var speakerConfidences: Bool
    /// Adds `language` to each word.
    package var languages: Bool
    package var replacements: [WordReplacement]
    /// Written forms, dictated marks and hidden words, by the words' languages. Numbers are spelled where the client has said that it wants no numerals.
    package var rules: WordRules

    package init(
        punctuates: Bool = false, speakers: Bool = false, speakerConfidences: Bool = false, languages: Bool = false,
        replacements: [WordReplacement] = [], writtenForms: Set<WrittenForm.Kind> = []
    ) {
        self.punctuates = punctuates
        self.speakers = speakers
        self.speakerConfidences = speakerConfidences
        self.languages = languages
        self.replacements = replacements
        rules = WordRules(writtenForms: writtenForms)
    }

    /// The written forms that `numerals` asks for.
    static let numerals: Set<WrittenForm.Kind> = [.numbers, .digits]

    /// True if Harken can write the numbers of a language in digits, and as words.
    static func writesNumerals(in language: LanguageTag) -> Bool { InverseTextNormalizer(language, kinds: numerals) != nil }

    /// The parameters of this form for which Harken has no rules in a language: engines of other vendors leave the words as they are.
    ///
    /// - Parameter filtered: language of the words that are looked for to hide them; nil: `language` too.
    func parametersWithoutRules(in language: LanguageTag, filtered: LanguageTag? = nil) -> [String] {
        var names: [String] = []
        if rules.spellsNumbers || !rules.writtenForms.isEmpty, !Self.writesNumerals(in: language) { names += ["numerals", "measurements"] }
        if rules.dictates, Dictation(language) == nil { names.append("dictation") }
        if rules.hidesProfanity, ProfanityFilter(filtered ?? language, own: rules.profanity) == nil { names.append("profanity_filter") }
        return names
    }

    /// True if `smart_format` has asked for all written forms.
    var isSmart: Bool { rules.writtenForms.isSuperset(of: .readable) }

    /// Applies `numerals`. Where `smart_format` has asked for all written forms, `numerals=false` leaves them: it is the vendor's default.
    mutating func write(numerals: Bool) {
        if numerals {
            rules.writtenForms.formUnion(Self.numerals)
            rules.spellsNumbers = false
        } else if !isSmart {
            rules.writtenForms.subtract(Self.numerals)
            rules.spellsNumbers = true
        }
    }

    /// Returns the words that will be shown: with replacements, written forms and dictated marks, and without speakers unless the request asks for speakers.
    ///
    /// - Parameter language: language of words that tell none.
    package func chosen(_ words: [Word], in language: LanguageTag) -> [Word] {
        var words = replacements.isEmpty ? words : WordReplacement.apply(replacements, to: words)
        words = rules.applied(to: words, in: language)
        if !speakers {
            for index in words.indices where words[index].speaker != nil { words[index].speaker = nil }
        }
        return words
    }

    private func confidence(inSpeakerOf word: Word) -> Double {
        word.speaker == nil ? 0 : Double(word.speakerConfidence ?? Word.unknownConfidence)
    }

    /// - Parameters:
    ///   - words: the result of `chosen`.
    ///   - rate: the sample rate of the words' positions.
    package func written(_ words: [Word], rate: SampleRate) -> [DeepgramWord] {
        var written: [DeepgramWord] = []
        written.reserveCapacity(words.count)
        // By index, because a loop over the words would copy each of them.
        for index in words.indices {
            let text = words[index].text, range = words[index].range, speaker = words[index].speaker
            written.append(
                DeepgramWord(
                    word: Word.bare(text), start: range.start.seconds(at: rate), end: range.end.seconds(at: rate),
                    confidence: Double(min(max(words[index].confidence, 0), 1)), punctuatedWord: punctuates ? text : nil,
                    speaker: speakers ? speaker?.number ?? (speakerConfidences ? 0 : nil) : nil,
                    speakerConfidence: speakerConfidences ? confidence(inSpeakerOf: words[index]) : nil,
                    language: languages ? words[index].language?.rawValue : nil, blankBefore: words[index].blankBefore))
        }
        return written
    }
}
