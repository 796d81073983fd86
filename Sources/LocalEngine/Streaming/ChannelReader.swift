import Speech

/// Answers the questions of a live stream's channel in the channel's language, which the first words may tell, on the calling thread.
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

    /// Returns the answer; nil when `mayContinue` returned false.
    func answer(_ question: LiveQuestion, _ samples: [Float], mayContinue: () -> Bool) throws(InferenceError) -> LiveAnswer? {
        let reader = LiveReader(models, terms: terms)
        switch (question, language.state) {
        case (.words(let audio), .other(let code)): return try other(code, audio, samples, mayContinue)
        case (.words(let audio), .unknown): return try unknown(audio, samples, mayContinue)
        case (.times(let words, let audio, let speech), .other), (.times(let words, let audio, let speech), .unknown):
            return .times(readings.times(of: words, through: audio.end, speech: speech))
        case (.terms, .other), (.terms, .unknown): return .terms([])
        case (.terms, .english):
            // Without the terms, the words are final as they were heard.
            return (try? reader.answer(question, samples, mayContinue: mayContinue)) ?? .terms([])
        case (.completeness, _):
            // Without an answer of the model, silence alone ends the turn. That loses no word.
            return (try? reader.answer(question, samples, mayContinue: mayContinue)) ?? .completeness(nil)
        case (.words, .english), (.times, .english):
            let answer = try reader.answer(question, samples, mayContinue: mayContinue)
            return language.isFound ? answer?.inLanguage(.english) : answer
        }
    }

    /// Finds out the language with the words. They say their language, by which the channel's language is decided.
    private func unknown(_ audio: SampleRange, _ samples: [Float], _ mayContinue: () -> Bool) throws(InferenceError) -> LiveAnswer? {
        let heard = try language.others?.model.identify(samples.span, among: language.among)?.language ?? .english
        switch language.state(of: heard.primary) {
        case .other(let code): return try other(code, audio, samples, mayContinue)?.inLanguage(heard)
        case .english, .unknown:
            return try LiveReader(models).answer(.words(in: audio), samples, mayContinue: mayContinue)?.inLanguage(heard)
        }
    }

    private func other(
        _ code: String, _ audio: SampleRange, _ samples: [Float], _ mayContinue: () -> Bool
    ) throws(InferenceError) -> LiveAnswer? {
        guard let others = language.others?.model else {
            return try LiveReader(models).answer(.words(in: audio), samples, mayContinue: mayContinue)
        }
        let (request, heard) = earlier.request(for: audio, samples, longest: WhisperRecognizer.longest)
        let recognizer = LiveRecognizer(models, language)
        guard let result = try recognizer.other(code, others, request, heard, mayContinue) else { return nil }
        earlier.add(result.words, of: audio, samples)
        return .words(readings.add(result, of: audio))
    }
}

extension LiveAnswer {
    /// Returns the answer with words that say their language.
    fileprivate func inLanguage(_ language: LanguageTag) -> LiveAnswer {
        guard case .words(let words) = self else { return self }
        return .words(words.map { LiveWord($0.text, confidence: $0.confidence, language: language, blankBefore: $0.blankBefore) })
    }
}
