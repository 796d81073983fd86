import Speech

/// Reads the utterances of a live stream whose client named no language, each in the language that it is spoken in.
///
/// A reading depends on its question and its samples alone. The model for all languages is loaded where English is not plain.
struct UtteranceReader: Sendable {
    private let models: LocalModels
    private let open: OpenLanguage
    private let channel: ChannelReader
    private let pool: DecodePool
    /// Time that each step may take.
    private let patience: Duration
    private let english: WindowRecognizer
    /// Time in which the model for all languages may judge: it works for long, so streams that need less go first.
    private static let judging = Duration.seconds(1)

    /// Outcome of the model that hears English alone.
    private enum First: Sendable {
        case answer(LiveAnswer)
        /// The model for all languages has to be asked.
        case doubt(UtteranceLanguage, Decoded)
    }

    init(_ models: LocalModels, _ open: OpenLanguage, _ channel: ChannelReader, _ pool: DecodePool, patience: Duration) {
        self.models = models
        self.open = open
        self.channel = channel
        self.pool = pool
        self.patience = patience
        english = WindowRecognizer(models.recognizer, nil)
    }

    private func work<R: Sendable>(
        within time: Duration? = nil, _ body: @escaping @Sendable (_ mayContinue: () -> Bool) throws(InferenceError) -> R?
    ) async throws(EngineError) -> R {
        try await pool.finish(.live(deadline: .now + (time ?? patience))) { (permit) throws(InferenceError) -> R? in try body(permit.mayContinue) }
    }

    // MARK: A language that the utterance has told

    /// Returns the words of an utterance in a language of the model for all languages.
    func words(in audio: SampleRange, language code: String, _ samples: [Float]) async throws(EngineError) -> LiveAnswer {
        guard let whisper = try await open.load() else { throw .unavailable("the model for other languages cannot be loaded") }
        return try await work { (mayContinue) throws(InferenceError) -> LiveAnswer? in
            try channel.other(code, audio, samples, whisper.model, mayContinue)
        }
    }

    // MARK: A language that is found out

    /// Returns the words of an utterance, and the language that was found.
    ///
    /// - Parameter former: code of the language of the utterance before; nil: there is none.
    func words(in audio: SampleRange, after former: String?, _ samples: [Float]) async throws(EngineError) -> LiveAnswer {
        let rule = LanguageRule(allowed: open.allowed, likely: open.likely, former: former)
        let first = try await work { (mayContinue) throws(InferenceError) -> First? in try hear(samples, rule, mayContinue) }
        let utterance: UtteranceLanguage, decoded: Decoded
        switch first {
        case .answer(let answer): return answer
        case .doubt(let heard, let text): (utterance, decoded) = (heard, text)
        }
        guard let whisper = try await open.load() else { return try await assumed(decoded, after: former, samples) }
        do throws(EngineError) {
            return try await work(within: Self.judging) { (mayContinue) throws(InferenceError) -> LiveAnswer? in
                try judge(utterance, decoded, rule, audio, WhisperEar(whisper.model, samples), mayContinue)
            }
        } catch .cancelled {
            throw .cancelled
        } catch {
            // A broken model for other languages costs no English words.
            open.failure.note(error)
            return try await assumed(decoded, after: former, samples)
        }
    }

    private func hear(_ samples: [Float], _ rule: LanguageRule, _ mayContinue: () -> Bool) throws(InferenceError) -> First? {
        let decoded = try models.recognizer.decode(samples.span, mayContinue: mayContinue)
        guard decoded.stop != .cancelled else { return nil }
        let utterance = UtteranceLanguage(decoded, sampleCount: samples.count)
        guard let verdict = utterance.knownVerdict(rule), case .language(let code, let confidence) = verdict,
            open.languages.model(for: code) == .moonshine
        else { return .doubt(utterance, decoded) }
        return .answer(Self.answer(decoded.words, of: decoded, confidence))
    }

    private func judge(
        _ heard: UtteranceLanguage, _ decoded: Decoded, _ rule: LanguageRule, _ audio: SampleRange, _ whisper: WhisperEar, _ mayContinue: () -> Bool
    ) throws(InferenceError) -> LiveAnswer? {
        var utterance = heard, ear = whisper
        guard let verdict = try utterance.verdict(rule, &ear, mayContinue) else { return nil }
        guard case .language(let code, let confidence) = verdict else {
            return .words([], found: utterance.foundWithoutWords(isSilent: utterance.isSilent))
        }
        let model = open.languages.model(for: code)
        switch model {
        case .moonshine? where utterance.evidence.english.hasWords: return Self.answer(decoded.words, of: decoded, confidence)
        case .moonshine?, .whisper?:
            guard let words = try otherWords(utterance, code, audio, &ear, mayContinue) else { return nil }
            if !words.isEmpty {
                let found = FoundLanguage.language(LanguageTag(code), confidence: confidence, model: WhisperRecognizer.modelName)
                return .words(words.map { $0.inLanguage(LanguageTag(code)) }, found: found)
            }
            if model == .moonshine, !utterance.isSilent {
                guard let words = try english.settle(decoded, ear.samples, mayContinue) else { return nil }
                if !words.isEmpty { return Self.answer(words, of: decoded, confidence) }
            }
            return .words([], found: utterance.foundWithoutWords(isSilent: utterance.isSilent || model == .moonshine))
        case nil: return .words([], found: .unknown)
        }
    }

    /// Returns the words of the model for all languages; nil when `mayContinue` returned false.
    private func otherWords(
        _ utterance: UtteranceLanguage, _ code: String, _ audio: SampleRange, _ ear: inout WhisperEar, _ mayContinue: () -> Bool
    ) throws(InferenceError) -> [LiveWord]? {
        guard mayContinue() else { return nil }
        guard ear.model.facts.languages[code] != nil, !utterance.isSilent else { return [] }
        let text = try utterance.text(in: code, &ear)
        let answer = try channel.other(code, audio, ear.samples, ear.model, first: text, mayContinue)
        guard case .words(let words, _)? = answer else { return nil }
        return words
    }

    /// - Parameter decoded: the first try of the reading that has the words.
    private static func answer(_ words: [DecodedWord], of decoded: Decoded, _ confidence: Float) -> LiveAnswer {
        .words(
            LiveWord.words(words, of: decoded, in: .english),
            found: .language(.english, confidence: confidence, model: Recognizer.modelName))
    }

    /// Returns English words, because nobody can tell the language. Behind another language than English there are none: they would be invented.
    private func assumed(_ decoded: Decoded, after former: String?, _ samples: [Float]) async throws(EngineError) -> LiveAnswer {
        guard (former ?? LanguageTag.english.primary) == LanguageTag.english.primary else { return .words([], found: .unknown) }
        return try await work { (mayContinue) throws(InferenceError) -> LiveAnswer? in
            try english.settle(decoded, samples, mayContinue).map { words -> LiveAnswer in
                .words(LiveWord.words(words, of: decoded), found: .assumed)
            }
        }
    }
}
