import Speech

extension LocalEngine {
    /// Name of the language that a client named; nil when the client wants the language found out, or said nothing.
    static func named(_ language: LanguageTag?) -> LanguageTag? { language?.isMulti == true ? nil : language }

    /// Codes of the languages that speech may turn out to be.
    var identifiable: Set<String> { languages.identifiable(known: facts?.codes ?? []) }

    /// Returns the codes of the languages that speech may turn out to be, if the client or the operator limits them; nil: all.
    ///
    /// - Parameter languages: those that the client named, in place of the operator's; empty: none.
    func allowed(_ languages: [LanguageTag]) -> Set<String>? {
        let limited = likely(languages) ?? identifiable
        return limited == facts?.codes ? nil : limited
    }

    /// Returns the codes of the languages that a client named, as far as the engine has them; nil: it has none of them.
    func likely(_ languages: [LanguageTag]) -> Set<String>? {
        let all = self.languages.codes(known: facts?.codes ?? [])
        let named = Set(languages.compactMap { facts?.code(for: $0) ?? facts?.code(for: $0.usual) }).intersection(all)
        return named.isEmpty ? nil : named
    }

    /// Returns the code of the only language that speech may be in; nil: there are several, or the client named several of which the engine has only one.
    ///
    /// - Parameter languages: those that the client named; empty: none.
    func only(of languages: [LanguageTag]) -> String? {
        guard let allowed = allowed(languages), allowed.count == 1, let code = allowed.first else { return nil }
        let named = Set(languages.map { facts?.code(for: $0) ?? $0.usual.primary })
        return named.contains(code) && named.count > 1 ? nil : code
    }

    /// Returns what recognises a recording. The model for other languages is loaded when speech asks for it, and is kept for no longer than the recording
    /// needs it: speech that is plainly English does not need that model at all.
    ///
    /// - Parameters:
    ///   - language: the language that the client asked for; the engine has it.
    ///   - isAssumed: true if nobody named the language: words that do not fit it are refused.
    ///   - among: the languages that the client thinks possible; empty: all.
    ///   - isStrict: false if `among` are those that the client thinks likely, and others are possible.
    ///   - keyterms: terms that are likely to be said; used where the speech is English.
    func recognizer(
        _ language: LanguageTag?, isAssumed: Bool = false, among: [LanguageTag], isStrict: Bool = true, _ models: LocalModels, keyterms: [String]
    ) async throws(EngineError) -> RecordingRecognizer {
        let moonshine = WindowRecognizer(models.recognizer, models.aligner, terms: KeyTermList(keyterms, models.keyTerms))
        func english(isAssumed: Bool = false) -> RecordingRecognizer {
            .known(SpokenLanguageRecognizer(moonshine, .english, model: Recognizer.modelName, isAssumed: isAssumed))
        }
        let named = Self.named(language)
        guard let facts, let multilingual else { return english(isAssumed: isAssumed || named == nil) }
        let load: LanguageHearing.Load = { [failures] () async throws(EngineError) in
            try await Self.use(of: multilingual, failures.multilingual)
        }
        let limit = isStrict ? among : [], allowed = allowed(limit)
        if let code = named.map({ facts.code(for: $0) ?? $0.primary }) ?? only(of: limit) {
            guard languages.model(for: code) == .whisper else { return english(isAssumed: isAssumed) }
            guard let use = try await load() else { throw .unavailable("the model for other languages cannot be loaded") }
            return .known(SpokenLanguageRecognizer(WhisperWindowRecognizer(use, code), LanguageTag(code), model: WhisperRecognizer.modelName))
        }
        let likely = isStrict ? nil : likely(among)
        return .heard(LanguageHearing(moonshine, languages, allowed: allowed, likely: likely, pool, failures.multilingual, load: load))
    }
}
