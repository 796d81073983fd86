internal import API
internal import Engines
internal import Framing
internal import Live
internal import Net
internal import Observability
internal import Protocols
internal import Recordings
internal import Speech
internal import Usage

/// The routes of a gateway, with their endpoints. `docs/` names the same routes.
package struct Routes: Sendable {
    /// All routes of the gateway.
    package let all: [Route]

    /// Routes at the address that the gateway listens at.
    package let main: [Route]

    /// Routes for monitoring, at an address of their own (`HARKEN_METRICS_LISTEN`).
    package var monitoring: [Route] { all.filter { MonitoringRoutes.paths.contains($0.path) } }

    package init(_ parts: GatewayParts) {
        let served = Self.live(parts) + Self.tokens(parts) + Self.recordings(parts) + Self.monitoring(parts) + Self.console
        let table = RouteTable(served)
        let names = served.map { RouteName($0.method, $0.path, isWebSocket: $0.kind == .webSocket) }
        let operations = APIOperations.all(parts.api, beside: names) { path in table.nearest(to: path).contains { $0.kind == .webSocket } }
        let admission = parts.admission
        all = served + operations.map { $0.route(admission) }
        // Monitoring has an address of its own.
        main = parts.configuration.metricsListen == nil ? all : all.filter { !MonitoringRoutes.guarded.contains($0.path) }
    }

    private static func live(_ parts: GatewayParts) -> [Route] {
        let services = LiveServices(
            admission: parts.admission, contexts: parts.contexts, conversations: parts.recordings.conversations,
            recovery: parts.recovery,
            introductions: parts.configuration.sendsProfiles ? parts.profiles : nil, modes: parts.configuration.modes,
            allowsPlainTokens: parts.configuration.allowsPlainTokens, isTraced: parts.recordings.tracer != nil)
        return Catalogue.dialects.flatMap { dialect in
            dialect.paths.map {
                Route(
                    .webSocket, .get, $0, renderer: ErrorRenderer(render: dialect.errorResponse), LiveEndpoint(dialect: dialect, services: services))
            }
        }
    }

    private static func tokens(_ parts: GatewayParts) -> [Route] {
        let admission = parts.admission
        let openAI = OpenAITranscriptionEndpoint.renderer
        return [
            Route(.http, .get, "/v3/token", renderer: AssemblyAITokenEndpoint.renderer, AssemblyAITokenEndpoint(admission: admission)),
            Route(.http, .post, "/v1/realtime/client_secrets", renderer: openAI, OpenAISecretEndpoint(shape: .general, admission: admission)),
            Route(.http, .post, "/v1/realtime/transcription_sessions", renderer: openAI, OpenAISecretEndpoint(shape: .beta, admission: admission)),
            Route(
                .http, .post, "/v1/realtime/sessions", renderer: openAI,
                OpenAISecretEndpoint(shape: .beta, type: .conversation, admission: admission)),
            Route(.http, .post, "/v1/auth/grant", renderer: DeepgramPrerecordedEndpoint.renderer, DeepgramGrantEndpoint(admission: admission)),
        ]
    }

    private static func recordings(_ parts: GatewayParts) -> [Route] {
        let admission = parts.admission, services = parts.recordings
        let openAI = OpenAITranscriptionEndpoint.renderer
        let languages = parts.entries.map(\.capabilities.languages).reduce(Capabilities.Languages.only([])) { $0.union($1) }
        let models = OpenAIModelsEndpoint(
            admission: admission, aliases: services.settings.modelAliases, languages: languages, created: parts.startedAt)
        func assemblyAI(_ method: HTTPMethod, _ path: String, _ action: AssemblyAIPrerecordedEndpoint.Action) -> Route {
            Route(
                .http, method, path, renderer: AssemblyAIPrerecordedEndpoint.renderer,
                AssemblyAIPrerecordedEndpoint(action: action, recordings: services))
        }
        func soniox(_ method: HTTPMethod, _ path: String, _ action: SonioxPrerecordedEndpoint.Action) -> Route {
            Route(.http, method, path, renderer: SonioxPrerecordedEndpoint.renderer, SonioxPrerecordedEndpoint(action: action, recordings: services))
        }
        return [
            Route(.http, .post, "/v1/listen", renderer: DeepgramPrerecordedEndpoint.renderer, DeepgramPrerecordedEndpoint(recordings: services)),
            Route(.http, .post, "/v1/audio/transcriptions", renderer: openAI, OpenAITranscriptionEndpoint(recordings: services)),
            Route(.http, .post, "/v1/audio/translations", renderer: openAI, OpenAITranslationEndpoint(admission: admission)),
            Route(.http, .get, OpenAIModelsEndpoint.path, renderer: openAI, models),
            Route(.http, .get, OpenAIModelsEndpoint.path + "/*", renderer: openAI, models),
            assemblyAI(.post, "/v2/upload", .upload),
            assemblyAI(.post, AssemblyAIPrerecordedEndpoint.transcripts, .create),
            assemblyAI(.get, AssemblyAIPrerecordedEndpoint.transcripts, .list),
            assemblyAI(.get, AssemblyAIPrerecordedEndpoint.transcripts + "/*", .read),
            assemblyAI(.delete, AssemblyAIPrerecordedEndpoint.transcripts + "/*", .delete),
            soniox(.post, SonioxPrerecordedEndpoint.files, .upload),
            soniox(.get, SonioxPrerecordedEndpoint.files, .listFiles),
            soniox(.get, SonioxPrerecordedEndpoint.files + "/*", .readFile),
            soniox(.delete, SonioxPrerecordedEndpoint.files + "/*", .deleteFile),
            soniox(.post, SonioxPrerecordedEndpoint.transcriptions, .create),
            soniox(.get, SonioxPrerecordedEndpoint.transcriptions, .list),
            soniox(.get, SonioxPrerecordedEndpoint.transcriptions + "/*", .read),
            soniox(.delete, SonioxPrerecordedEndpoint.transcriptions + "/*", .delete),
            Route(
                .http, .post, "/v3/upload-audio", renderer: .harken,
                SpeechProfileEndpoint(isProfile: true, profiles: parts.profiles, recordings: services)),
            Route(
                .http, .post, "/v3/speech-profile/expand", renderer: .harken,
                SpeechProfileEndpoint(isProfile: false, profiles: parts.profiles, recordings: services)),
            Route(
                .http, .post, PersonEnrollmentEndpoint.path, renderer: .harken,
                PersonEnrollmentEndpoint(people: PersonEnrollment(service: services.conversations), recordings: services)),
            Route(.http, .post, ImportEndpoint.path, renderer: .harken, ImportEndpoint(recordings: services)),
        ] + BackgroundEndpoint.routes(services)
    }

    private static func monitoring(_ parts: GatewayParts) -> [Route] {
        let access = MonitoringAccess(admission: parts.admission, needsKey: parts.configuration.metricsNeedKey)
        let version = parts.configuration.version
        return [
            Route(.http, .get, "/health", renderer: .harken, HealthEndpoint(version: version)),
            Route(
                .http, .get, "/ready", renderer: .harken,
                ReadyEndpoint(access: access, entries: parts.entries, store: parts.store, storage: parts.storage, metrics: parts.recordings.metrics)),
            Route(
                .http, .get, "/metrics", renderer: .harken,
                MetricsEndpoint(
                    access: access, version: version, metrics: parts.recordings.metrics, usage: parts.recordings.usage.metrics,
                    process: ProcessMetrics(startedAt: parts.startedAt), entries: parts.entries, store: parts.store,
                    storage: parts.storage)),
        ]
    }

    private static var console: [Route] {
        [
            Route(.http, .get, "/", renderer: .harken, ConsoleEndpoint(name: "index.html")),
            Route(.http, .get, "/captions", renderer: .harken, ConsoleEndpoint(name: "captions.html")),
            Route(.http, .get, "/docs", renderer: .harken, ConsoleEndpoint(name: "docs.html")),
            Route(.http, .get, ConsoleEndpoint.folder + "*", renderer: .harken, ConsoleEndpoint(name: nil)),
        ]
    }
}

extension GatewayParts {
    fileprivate var profiles: SpeechProfiles {
        SpeechProfiles(service: recordings.conversations)
    }
}
