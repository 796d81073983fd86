import Framing

/// What each route of the gateway answers to those whom it lets in, and to those whom it does not.
///
/// A route that is not in here fails the matrix's test: who adds one says who may call it.
struct RouteExpectation: Sendable {
    enum Outcome: Sendable, Equatable {
        /// Of an HTTP answer, a refused handshake included.
        case status(Int)
        /// A WebSocket that the gateway has closed with this code.
        case closed(Int)
        /// A WebSocket that stays until its client goes.
        case open
    }

    /// What is asked for, with the names of what belongs to the matrix's user: `SESSION`, `TRANSCRIPT`, `UPLOAD`.
    var target: String
    var body: String?
    /// A WebSocket's first message; `CREDENTIAL` stands for what the caller shows, for clients that do so in messages.
    var opening: String?
    /// Whoever is not let in; nil: everyone is.
    var refused: Outcome?
    /// The user whose things are asked for.
    var admitted: Outcome
    /// Another user, where that makes a difference.
    var stranger: Outcome?
    /// What an answer to another user must not hold.
    var secret: String?

    static func open(_ target: String) -> Self { Self(target: target, admitted: .status(200)) }

    static func http(
        _ target: String, body: String? = nil, _ status: Int = 200, refused: Int = 401, stranger: Int? = nil, secret: String? = nil
    ) -> Self {
        Self(target: target, body: body, refused: .status(refused), admitted: .status(status), stranger: stranger.map { .status($0) }, secret: secret)
    }

    static func socket(_ target: String, opening: String? = nil, refused: Outcome = .status(401)) -> Self {
        Self(target: target, opening: opening, refused: refused, admitted: .open)
    }

    /// By the route's kind, method and path.
    static let all: [String: RouteExpectation] = [
        "GET /health": .open("/health"),
        "GET /ready": .open("/ready"),
        "GET /metrics": .open("/metrics"),
        "WebSocket /v3/ws": .socket("/v3/ws?sample_rate=16000", refused: .closed(1008)),
        "WebSocket /v1/listen": .socket("/v1/listen?encoding=linear16&sample_rate=16000"),
        "WebSocket /v2/listen": .socket("/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000"),
        "WebSocket /transcribe-websocket": .socket(
            "/transcribe-websocket",
            opening: #"{"model":"stt-rt-v3","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1}"#, refused: .closed(1008)),
        "WebSocket /v2": .socket("/v2"),
        "WebSocket /v2/": .socket("/v2/"),
        "WebSocket /v2/*": .socket("/v2/en"),
        "WebSocket /v1/realtime": .socket("/v1/realtime?intent=transcription"),
        "WebSocket /ws/transcribe": .socket("/ws/transcribe", opening: #"{"type":"auth","token":"CREDENTIAL"}"#, refused: .closed(4401)),
        "WebSocket /listen": .socket("/listen"),
        "WebSocket /v3/listen": .socket("/v3/listen"),
        "WebSocket /v4/listen": .socket("/v4/listen?codec=opus&sample_rate=16000"),
        "WebSocket /v4/web/listen": .socket("/v4/web/listen", opening: #"{"type":"auth","token":"CREDENTIAL"}"#, refused: .closed(1008)),
        "WebSocket /v2/voice-message/transcribe-stream": .socket("/v2/voice-message/transcribe-stream"),
        "GET /v3/token": .http("/v3/token?expires_in_seconds=60"),
        "POST /v1/realtime/client_secrets": .http("/v1/realtime/client_secrets", body: #"{"session":{"type":"transcription"}}"#),
        "POST /v1/realtime/transcription_sessions": .http("/v1/realtime/transcription_sessions", body: "{}"),
        "POST /v1/auth/grant": .http("/v1/auth/grant", body: "{}"),
        "POST /v1/listen": .http("/v1/listen", body: "audio"),
        "POST /v1/audio/transcriptions": .http("/v1/audio/transcriptions", body: "", 400),
        "POST /v1/audio/translations": .http("/v1/audio/translations", body: "", 400),
        "GET /v1/models": .http("/v1/models"),
        "GET /v1/models/*": .http("/v1/models/whisper-1"),
        "POST /v2/upload": .http("/v2/upload", body: "audio"),
        "POST /v2/transcript": .http("/v2/transcript", body: "{}", 400),
        "GET /v2/transcript": .http("/v2/transcript", secret: "TRANSCRIPT"),
        "GET /v2/transcript/*": .http("/v2/transcript/TRANSCRIPT", stranger: 400),
        // Asked for last: it is gone then.
        "DELETE /v2/transcript/*": .http("/v2/transcript/TRANSCRIPT", stranger: 400),
        "POST /api/v1/tickets": .http("/api/v1/tickets", body: #"{"path":"/v1/listen"}"#),
        "GET /api/v1/sessions/*": .http("/api/v1/sessions/SESSION", stranger: 404, secret: "w1"),
    ]
}
