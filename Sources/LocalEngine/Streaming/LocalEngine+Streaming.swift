package import Speech

extension LocalEngine: HearingEngine, ModelChoosing {
    /// Opens a stream. While the models are being loaded, the stream already takes audio and commands; `.opened` comes once the models are loaded.
    package func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream {
        open(options, hear: { _ in }, deliver: deliver)
    }

    package func open(
        _ options: StreamOptions, hear: @escaping @Sendable (EngineHearing) -> Void, deliver: @escaping @Sendable (EngineEvent) -> Void
    ) -> any EngineStream {
        let pool = pool
        pool.liveStreamOpened()
        let stream = SegmentStream(options, on: listening, hear: hear, deliver: deliver) { pool.liveStreamClosed() }
        if let unsupported = unsupported(of: options) {
            stream.post(.unavailable(unsupported))
            return stream
        }
        let usesKeyTerms = usesKeyTerms
        @Sendable func item(_ loaded: Result<ModelUse<LocalModels>, InferenceError>, _ language: LiveLanguage) -> StreamInbox.Item {
            Self.item(loaded, language, pool, usesKeyTerms: usesKeyTerms)
        }
        let shared = options.shared
        let choice = liveLanguage(options.language, among: shared.languages, isStrict: shared.keepsToLanguages)
        let language = language(withoutWaiting: choice)
        if let language, let ready = recognition.use() {
            stream.post(item(ready, language))
        } else {
            Task { [recognition, multilingual] in
                guard let loaded = await recognition.wait() else { return stream.post(.unavailable(.cancelled)) }
                if let language { return stream.post(item(loaded, language)) }
                guard case .other(let code) = choice, let multilingual else { return stream.post(item(loaded, .english)) }
                switch await multilingual.wait() {
                case .success(let use)?: stream.post(item(loaded, .other(code, use)))
                case .failure(let error)?: stream.post(.unavailable(.unavailable(error.description)))
                case nil: stream.post(.unavailable(.cancelled))
                }
            }
        }
        return stream
    }

    /// Returns the model of the stream's language. Where each utterance tells its language, it is the one that hears English, or that of all other
    /// languages if the operator has given English to no other model.
    package func model(for options: StreamOptions) -> String? {
        let shared = options.shared, hasMoonshine = languages.model(for: LanguageTag.english.primary) == .moonshine
        switch liveLanguage(options.language, among: shared.languages, isStrict: shared.keepsToLanguages) {
        case .other where multilingual != nil: return WhisperRecognizer.modelName
        case .open where multilingual != nil && !hasMoonshine: return WhisperRecognizer.modelName
        case .english, .other, .open: return Recognizer.modelName
        }
    }

    /// Returns a language that needs no other model yet; nil: the model for other languages is needed.
    private func language(withoutWaiting choice: LiveLanguage.Choice) -> LiveLanguage? {
        guard let multilingual else { return .english }
        switch choice {
        case .english: return .english
        case .other: return nil
        case .open(let allowed, let likely):
            let failure = failures.multilingual
            return .open(
                OpenLanguage(languages: languages, allowed: allowed, likely: likely, failure: failure) { () async throws(EngineError) in
                    try await Self.use(of: multilingual, failure)
                })
        }
    }

    /// Returns the language of a live stream. A stream whose client named none tells it with each utterance, if it may be in several.
    ///
    /// - Parameters:
    ///   - among: languages that the speech may be in, in place of the operator's; empty: none are named.
    ///   - isStrict: false if `among` are those that are likely, and the operator's others are possible.
    func liveLanguage(_ language: LanguageTag?, among: [LanguageTag] = [], isStrict: Bool = true) -> LiveLanguage.Choice {
        func choice(_ code: String) -> LiveLanguage.Choice { languages.model(for: code) == .whisper ? .other(code) : .english }
        if let named = Self.named(language) { return choice(facts?.code(for: named) ?? named.primary) }
        let limit = isStrict ? among : []
        return only(of: limit).map(choice) ?? .open(allowed: allowed(limit), likely: isStrict ? nil : likely(among))
    }

    private static func item(
        _ loaded: Result<ModelUse<LocalModels>, InferenceError>, _ language: LiveLanguage, _ pool: DecodePool, usesKeyTerms: Bool
    ) -> StreamInbox.Item {
        switch loaded {
        case .success(let models): .ready(LocalSegmentService(models, language, pool, usesKeyTerms: usesKeyTerms))
        case .failure(let error): .unavailable(.unavailable(error.description))
        }
    }

    private func unsupported(of options: StreamOptions) -> EngineError? {
        do throws(EngineError) { try check(options.language) } catch { return error }
        guard (1...capabilities.channelsPerStream).contains(options.channels) else {
            return .badRequest("the local engine accepts up to \(capabilities.channelsPerStream) channels in a stream, not \(options.channels)")
        }
        return nil
    }
}
