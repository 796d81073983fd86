import Speech

extension LocalEngine {
    /// Name of the language that a client named; nil when the client wants the language found out, or said nothing.
    private static func named(_ language: LanguageTag?) -> LanguageTag? { language?.primary == "multi" ? nil : language }

    /// True if the recording needs the model for other languages than English, or may need it.
    func needsOthers(_ language: LanguageTag?) -> Bool { facts != nil && Self.named(language)?.primary != LanguageTag.english.primary }

    /// True if a live stream needs the model for other languages than English. A stream whose client said nothing is taken for English.
    func needsOthers(live language: LanguageTag?) -> Bool { facts != nil && (language ?? .english).primary != LanguageTag.english.primary }

    /// Returns what recognises a recording.
    ///
    /// - Parameters:
    ///   - language: the language that the client asked for; the engine has it.
    ///   - others: the model for other languages than English; nil when it is not needed, or not there.
    func recognizer(_ language: LanguageTag?, _ models: LocalModels, _ others: WhisperRecognizer?) -> RecordingRecognizer {
        let moonshine = WindowRecognizer(models.recognizer, models.aligner)
        @Sendable func english(confidence: Float? = nil, isAssumed: Bool = false) -> SpokenLanguageRecognizer {
            SpokenLanguageRecognizer(moonshine, .english, confidence: confidence, model: Recognizer.modelName, isAssumed: isAssumed)
        }
        @Sendable func other(_ code: String, _ recognizer: WhisperRecognizer, confidence: Float? = nil) -> SpokenLanguageRecognizer {
            SpokenLanguageRecognizer(
                WhisperWindowRecognizer(recognizer, code), LanguageTag(code), confidence: confidence, model: WhisperRecognizer.modelName)
        }
        let named = Self.named(language)
        guard let others else { return .known(english(isAssumed: named == nil)) }
        if let named { return .known(others.facts.code(for: named).map { other($0, others) } ?? english()) }
        return .identified { [pool] speech async throws(EngineError) in
            let found = await pool.run(.prerecorded) { _ in
                Result { () throws(InferenceError) in try others.identify(speech.span) }
            }
            guard let found else { throw .cancelled }
            switch found {
            case .failure(let error): throw .unavailable(error.description)
            case .success(let heard?) where heard.language != .english: return other(heard.language.primary, others, confidence: heard.confidence)
            case .success(let heard): return english(confidence: heard?.confidence)
            }
        }
    }
}
