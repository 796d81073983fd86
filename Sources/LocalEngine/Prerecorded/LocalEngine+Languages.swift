import Speech

extension LocalEngine {
    /// Name of the language that a client named; nil when the client wants the language found out, or said nothing.
    static func named(_ language: LanguageTag?) -> LanguageTag? { language?.isMulti == true ? nil : language }

    /// Codes of the languages that speech may turn out to be.
    var identifiable: Set<String> { languages.identifiable(known: facts?.codes ?? []) }

    /// Returns what recognises a recording. The model for other languages is loaded when speech asks for it, and is kept for no longer than the recording
    /// needs it: speech that turns out to be English needs that model for a moment.
    ///
    /// - Parameters:
    ///   - language: the language that the client asked for; the engine has it.
    ///   - keyterms: terms that are likely to be said; used where the speech is English.
    func recognizer(_ language: LanguageTag?, _ models: LocalModels, keyterms: [String]) async throws(EngineError) -> RecordingRecognizer {
        let moonshine = WindowRecognizer(models.recognizer, models.aligner, terms: KeyTermList(keyterms, models.keyTerms))
        @Sendable func english(confidence: Float? = nil, isAssumed: Bool = false) -> SpokenLanguageRecognizer {
            SpokenLanguageRecognizer(moonshine, .english, confidence: confidence, model: Recognizer.modelName, isAssumed: isAssumed)
        }
        @Sendable func other(_ code: String, _ use: ModelUse<WhisperRecognizer>, confidence: Float? = nil) -> SpokenLanguageRecognizer {
            SpokenLanguageRecognizer(
                WhisperWindowRecognizer(use, code), LanguageTag(code), confidence: confidence, model: WhisperRecognizer.modelName)
        }
        let named = Self.named(language)
        guard let facts, let multilingual else { return .known(english(isAssumed: named == nil)) }
        let languages = languages, among = identifiable
        if let code = named.map({ facts.code(for: $0) ?? $0.primary }) ?? (among.count == 1 ? among.first : nil) {
            guard languages.model(for: code) == .whisper else { return .known(english()) }
            guard let use = try await Self.use(of: multilingual) else { throw .unavailable("the model for other languages cannot be loaded") }
            return .known(other(code, use))
        }
        return .identified { [pool] speech async throws(EngineError) in
            guard let use = try await Self.use(of: multilingual) else { return english(isAssumed: true) }
            let found = await pool.run(.prerecorded) { _ in
                Result { () throws(InferenceError) in try use.model.identify(speech.span, among: among) }
            }
            guard let found else { throw .cancelled }
            switch found {
            case .failure(let error): throw .unavailable(error.description)
            case .success(let heard?) where languages.model(for: heard.language.primary) == .whisper:
                return other(heard.language.primary, use, confidence: heard.confidence)
            case .success(let heard): return english(confidence: heard?.confidence)
            }
        }
    }
}
