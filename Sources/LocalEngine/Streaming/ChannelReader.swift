import Speech

/// Answers the questions of a live stream's channel on the calling thread. Utterances that tell their language are `UtteranceReader`'s.
struct ChannelReader: Sendable {
    private let models: LocalModels
    private let language: LiveLanguage
    private let readings: TimedReadings
    private let earlier: EarlierReadings
    private let terms: KeyTermList?

    /// - Parameters:
    ///   - readings: the channel's readings by the model that gives times.
    ///   - earlier: the same readings with their audio.
    ///   - terms: the list of key terms that the question names; nil: there is none.
    init(
        _ models: LocalModels, _ language: LiveLanguage, _ readings: TimedReadings, _ earlier: EarlierReadings, _ terms: KeyTermList?
    ) {
        self.terms = terms
        self.models = models
        self.language = language
        self.readings = readings
        self.earlier = earlier
    }

    /// Returns the answer; nil when `mayContinue` returned false. Words of a stream whose client named no language are English.
    func answer(_ question: LiveQuestion, _ samples: [Float], mayContinue: () -> Bool) throws(InferenceError) -> LiveAnswer? {
        let reader = LiveReader(models, terms: terms)
        switch (question, language) {
        case (.words(let audio, _, _), .other(let code, let whisper)): return try other(code, audio, samples, whisper.model, mayContinue)
        case (.words, .open): return try reader.answer(question, samples, mayContinue: mayContinue)?.inEnglish
        case (.times(let words, let audio, let speech, let hint), _) where isOther(hint):
            return .times(readings.times(of: words, in: audio, speech: speech))
        case (.terms, .other): return .terms([])
        case (.terms, .english), (.terms, .open):
            // Without the terms, the words are final as they were heard.
            return (try? reader.answer(question, samples, mayContinue: mayContinue)) ?? .terms([])
        case (.completeness, _):
            // Without an answer of the model, silence alone ends the turn. That loses no word.
            return (try? reader.answer(question, samples, mayContinue: mayContinue)) ?? .completeness(nil)
        case (.words, .english), (.times, _): return try reader.answer(question, samples, mayContinue: mayContinue)
        }
    }

    /// True if words in this language are those of the model for other languages.
    private func isOther(_ hint: LanguageHint) -> Bool {
        switch language {
        case .english: false
        case .other: true
        case .open(let open): if case .decided(let code) = hint { open.isOther(code) } else { false }
        }
    }

    /// Returns the words of the model for other languages; nil when `mayContinue` returned false.
    ///
    /// - Parameter first: the text of the first try, where it has been made.
    func other(
        _ code: String, _ audio: SampleRange, _ samples: [Float], _ whisper: WhisperRecognizer, first: WhisperDecoded? = nil,
        _ mayContinue: () -> Bool
    ) throws(InferenceError) -> LiveAnswer? {
        let (request, heard) = earlier.request(for: audio, samples, longest: WhisperRecognizer.longest, language: LanguageTag(code))
        let recognizer = LiveRecognizer(models, language)
        guard let result = try recognizer.other(code, whisper, request, heard, first: first, mayContinue) else { return nil }
        earlier.add(result.words, of: audio, samples)
        return .words(readings.add(result, of: audio))
    }
}

extension LiveAnswer {
    /// The answer with words that say that they are English.
    fileprivate var inEnglish: LiveAnswer {
        guard case .words(let words, let found) = self else { return self }
        return .words(words.map { $0.inLanguage(.english) }, found: found)
    }
}
