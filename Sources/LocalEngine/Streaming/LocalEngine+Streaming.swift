package import Speech

extension LocalEngine: HearingEngine {
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
        let language = liveLanguage(options.language, among: options.shared.languages)
        let others = facts != nil && language.needsOthers ? multilingual : nil
        if others == nil, let ready = recognition.use() {
            stream.post(item(ready, .english))
        } else {
            Task { [recognition] in
                guard let loaded = await recognition.wait() else { return stream.post(.unavailable(.cancelled)) }
                guard let others else { return stream.post(item(loaded, .english)) }
                switch await others.wait() {
                case .success(let use)?: stream.post(item(loaded, LiveLanguage(language, use)))
                case .failure(let error)?: stream.post(.unavailable(.unavailable(error.description)))
                case nil: stream.post(.unavailable(.cancelled))
                }
            }
        }
        return stream
    }

    /// Returns the language of a live stream: nil is found out. A stream whose client said nothing is taken for English, or for the only language that it
    /// may be.
    ///
    /// - Parameter among: languages that the speech may be in, in place of the operator's; empty: none are named.
    func liveLanguage(_ language: LanguageTag?, among: [LanguageTag] = []) -> LiveLanguage.Choice {
        let codes = allowed(among) ?? identifiable
        guard let named = Self.named(language) else {
            let assumed = language != nil ? nil : codes.contains(LanguageTag.english.primary) ? LanguageTag.english.primary : nil
            return .init(code: assumed ?? (codes.count == 1 ? codes.first : nil), languages: languages, among: codes)
        }
        return .init(code: facts?.code(for: named) ?? named.primary, languages: languages, among: codes)
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
