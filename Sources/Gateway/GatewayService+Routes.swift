internal import Framing
internal import Protocols

extension GatewayService {
    /// The routes that are served, with their endpoints. `docs/` and INTERFACE name the same routes.
    package static let routes: [Route] =
        Catalogue.dialects.flatMap { dialect in
            dialect.paths.map { Route(.webSocket, .get, $0, voice: RefusalVoice(refuse: dialect.refuse), LiveEndpoint(dialect: dialect)) }
        } + [
            Route(.http, .get, "/v3/token", voice: AssemblyAITokenEndpoint.voice, AssemblyAITokenEndpoint()),
            Route(
                .http, .post, "/v1/realtime/client_secrets", voice: OpenAITranscriptionEndpoint.voice, OpenAISecretEndpoint(shape: .general)),
            Route(
                .http, .post, "/v1/realtime/transcription_sessions", voice: OpenAITranscriptionEndpoint.voice, OpenAISecretEndpoint(shape: .beta)),
            Route(.http, .post, "/v1/auth/grant", voice: DeepgramPrerecordedEndpoint.voice, DeepgramGrantEndpoint()),
            Route(.http, .post, "/v1/listen", voice: DeepgramPrerecordedEndpoint.voice, DeepgramPrerecordedEndpoint()),
            Route(.http, .post, "/v1/audio/transcriptions", voice: OpenAITranscriptionEndpoint.voice, OpenAITranscriptionEndpoint()),
            Route(.http, .post, "/v1/audio/translations", voice: OpenAITranscriptionEndpoint.voice, OpenAITranslationEndpoint()),
            Route(.http, .get, OpenAIModelsEndpoint.path, voice: OpenAITranscriptionEndpoint.voice, OpenAIModelsEndpoint()),
            Route(.http, .get, OpenAIModelsEndpoint.path + "/*", voice: OpenAITranscriptionEndpoint.voice, OpenAIModelsEndpoint()),
            assemblyAI(.post, "/v2/upload", .upload),
            assemblyAI(.post, AssemblyAIPrerecordedEndpoint.transcripts, .create),
            assemblyAI(.get, AssemblyAIPrerecordedEndpoint.transcripts, .list),
            assemblyAI(.get, AssemblyAIPrerecordedEndpoint.transcripts + "/*", .read),
            assemblyAI(.delete, AssemblyAIPrerecordedEndpoint.transcripts + "/*", .delete),
            Route(.http, .post, "/v3/upload-audio", voice: .harken, SpeechProfileEndpoint(isProfile: true)),
            Route(.http, .post, "/v3/speech-profile/expand", voice: .harken, SpeechProfileEndpoint(isProfile: false)),
            Route(.http, .get, "/health", voice: .harken, HealthEndpoint()),
            Route(.http, .get, "/ready", voice: .harken, ReadyEndpoint()),
            Route(.http, .get, "/metrics", voice: .harken, MetricsEndpoint()),
        ] + BackgroundEndpoint.routes + (API.operations + SpeechProfileOperations.all).map(\.route)

    private static func assemblyAI(_ method: HTTPMethod, _ path: String, _ action: AssemblyAIPrerecordedEndpoint.Action) -> Route {
        Route(.http, method, path, voice: AssemblyAIPrerecordedEndpoint.voice, AssemblyAIPrerecordedEndpoint(action: action))
    }
}
