package import Speech

extension LocalEngine: HearingEngine {
    /// Opens a stream. While the models are being loaded, the stream already takes audio and commands; `.opened` comes once the models are loaded.
    package func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream {
        open(options, hear: { _ in }, deliver: deliver)
    }

    package func open(
        _ options: StreamOptions, hear: @escaping @Sendable (EngineHearing) -> Void, deliver: @escaping @Sendable (EngineEvent) -> Void
    ) -> any EngineStream {
        let stream = LocalStream(options, on: listening, pool: pool, hear: hear, deliver: deliver)
        if let unsupported = unsupported(of: options) {
            stream.post(.unavailable(unsupported))
            return stream
        }
        switch recognition.use() {
        case .success(let models): stream.post(.models(models))
        case .failure(let error): stream.post(.unavailable(.unavailable(error.description)))
        case nil:
            Task { [recognition] in
                switch await recognition.wait() {
                case .success(let models): stream.post(.models(models))
                case .failure(let error): stream.post(.unavailable(.unavailable(error.description)))
                case nil: stream.post(.unavailable(.cancelled))
                }
            }
        }
        return stream
    }

    private func unsupported(of options: StreamOptions) -> EngineError? {
        // Live speech is recognized in English only.
        if let language = options.language, !["en", "multi"].contains(language.primary) { return .unsupportedLanguage(language) }
        guard (1...capabilities.channelsPerStream).contains(options.channels) else {
            return .badRequest("the local engine accepts up to \(capabilities.channelsPerStream) channels in a stream, not \(options.channels)")
        }
        return nil
    }
}
