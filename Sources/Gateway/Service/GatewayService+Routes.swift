internal import Framing
internal import Protocols

extension GatewayService {
    /// What is served, and by whom. `docs/` and INTERFACE name the same.
    static let routes: [Route] =
        Catalogue.dialects.map { dialect in
            Route(.webSocket, .get, dialect.path, voice: RefusalVoice(refuse: dialect.refuse), LiveEndpoint(dialect: dialect))
        } + [
            Route(.http, .get, "/health", voice: .harken, HealthEndpoint()),
            Route(.http, .get, "/ready", voice: .harken, ReadyEndpoint()),
            Route(.http, .get, "/metrics", voice: .harken, MetricsEndpoint()),
        ]
}
