import Framing

/// What each route of the gateway answers to those whom it lets in, and to those whom it does not.
///
/// A route that is not in here fails the matrix's test: who adds one says who may call it.
struct RouteExpectation: Sendable {
    enum Outcome: Sendable, Equatable {
        /// Of an HTTP answer, a rejected handshake included.
        case status(Int)
        /// A WebSocket that the gateway has closed with this code.
        case closed(Int)
        /// A WebSocket that stays until its client goes.
        case open
    }

    /// What is asked for, with the names of what belongs to the matrix's user: `SESSION`, `TRANSCRIPT`, `CONVERSATION`, `LATER` (another one),
    /// `FILE` (of Soniox's protocol), `ORDER` (a transcription of it), `SEGMENT`, `PERSON`, `FRIEND`, `JOB` (a conversation recognised again), `SYNC` (files of a device), `RECORDING` (in chunks, not over).
    var target: String
    var body: String?
    /// A WebSocket's first message; `CREDENTIAL` stands for what the caller shows, for clients that do so in messages.
    var opening: String?
    /// Whoever is not let in; nil: everyone is.
    var rejected: Outcome?
    /// The user whose things are asked for.
    var admitted: Outcome
    /// Another user, where that makes a difference.
    var stranger: Outcome?
    /// What an answer to another user must not hold.
    var secret: String?
    /// What is asked for is gone when it was done once.
    var happensOnce = false
    /// The scopes of which a key needs one; empty: any key will do.
    var scopes: Set<String> = []

    /// Only keys that name the scope `admin` are let in.
    var isAdministrative: Bool { scopes == ["admin"] }

    /// What a key is told that has none of the scopes.
    var forbidden: Outcome {
        switch rejected {
        case .status?, nil, .open?: .status(403)
        case .closed(let code)?: .closed(code)
        }
    }

    /// Routes with DELETE that delete nothing of which bytes are left.
    private static let deletingNothing: Set<String> = ["DELETE /api/v1/admin/keys/{id}", "DELETE /api/v1/voices/{id}/adoption"]
    /// Routes with other methods that delete something for good.
    private static let deleting: Set<String> = [
        "POST /api/v1/conversations/{id}/redact", "POST /api/v1/people/{id}/merge", "POST /api/v1/voices/{id}/merge",
    ]

    /// Returns true if the route deletes something whose bytes leave the files a little later. Its answers name the operation that tells when.
    static func erases(_ route: String) -> Bool {
        deleting.contains(route) || route.hasPrefix("DELETE ") && !deletingNothing.contains(route)
    }

    var once: Self {
        var other = self
        other.happensOnce = true
        return other
    }

    static func open(_ target: String) -> Self { Self(target: target, admitted: .status(200)) }

    static func http(
        _ target: String, body: String? = nil, _ status: Int = 200, rejected: Int = 401, stranger: Int? = nil, secret: String? = nil,
        scopes: Set<String> = []
    ) -> Self {
        Self(
            target: target, body: body, rejected: .status(rejected), admitted: .status(status), stranger: stranger.map { .status($0) },
            secret: secret,
            scopes: scopes)
    }

    static func socket(_ target: String, opening: String? = nil, rejected: Outcome = .status(401)) -> Self {
        Self(target: target, opening: opening, rejected: rejected, admitted: .open, scopes: ["listen"])
    }

    /// By the route's kind, method and path.
    static let all: [String: RouteExpectation] = [
        "GET /health": .open("/health"),
        "GET /ready": .open("/ready"),
        "GET /metrics": .open("/metrics"),
        "GET /": .open("/"),
        "GET /captions": .open("/captions"),
        "GET /docs": .open("/docs"),
        "GET /console/*": .open("/console/app.js"),
        "WebSocket /v3/ws": .socket("/v3/ws?sample_rate=16000", rejected: .closed(1008)),
        "WebSocket /v1/listen": .socket("/v1/listen?encoding=linear16&sample_rate=16000"),
        "WebSocket /v2/listen": .socket("/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000"),
        "WebSocket /transcribe-websocket": .socket(
            "/transcribe-websocket",
            opening: #"{"model":"stt-rt-v3","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1}"#, rejected: .closed(1008)),
        "WebSocket /v2": .socket("/v2"),
        "WebSocket /v2/": .socket("/v2/"),
        "WebSocket /v2/*": .socket("/v2/en"),
        "WebSocket /v2/agent": .socket("/v2/agent"),
        "WebSocket /v2/agent/": .socket("/v2/agent/"),
        "WebSocket /v1/realtime": .socket("/v1/realtime?intent=transcription"),
        "WebSocket /ws/transcribe": .socket("/ws/transcribe", opening: #"{"type":"auth","token":"CREDENTIAL"}"#, rejected: .closed(4401)),
        "WebSocket /listen": .socket("/listen"),
        "WebSocket /v3/listen": .socket("/v3/listen"),
        "WebSocket /v4/listen": .socket("/v4/listen?codec=opus&sample_rate=16000"),
        "WebSocket /v4/web/listen": .socket("/v4/web/listen", opening: #"{"type":"auth","token":"CREDENTIAL"}"#, rejected: .closed(1008)),
        "WebSocket /v2/voice-message/transcribe-stream": .socket("/v2/voice-message/transcribe-stream"),
        "GET /v3/token": .http("/v3/token?expires_in_seconds=60", scopes: ["listen"]),
        "POST /v1/realtime/client_secrets": .http("/v1/realtime/client_secrets", body: #"{"session":{"type":"transcription"}}"#, scopes: ["listen"]),
        "POST /v1/realtime/transcription_sessions": .http("/v1/realtime/transcription_sessions", body: "{}", scopes: ["listen"]),
        "POST /v1/realtime/sessions": .http("/v1/realtime/sessions", body: "{}", scopes: ["listen"]),
        "POST /v1/auth/grant": .http("/v1/auth/grant", body: "{}", scopes: ["listen", "transcribe"]),
        "POST /v1/listen": .http("/v1/listen", body: "audio", scopes: ["transcribe"]),
        "POST /v1/audio/transcriptions": .http("/v1/audio/transcriptions", body: "", 400, scopes: ["transcribe"]),
        "POST /v1/audio/translations": .http("/v1/audio/translations", body: "", 400, scopes: ["transcribe"]),
        "GET /v1/models": .http("/v1/models"),
        "GET /v1/models/*": .http("/v1/models/whisper-1"),
        "POST /v2/upload": .http("/v2/upload", body: "audio", scopes: ["transcribe"]),
        "POST /v2/transcript": .http("/v2/transcript", body: "{}", 400, scopes: ["transcribe"]),
        "GET /v2/transcript": .http("/v2/transcript", secret: "TRANSCRIPT", scopes: ["transcribe", "read", "write"]),
        "GET /v2/transcript/*": .http("/v2/transcript/TRANSCRIPT", stranger: 400, scopes: ["transcribe", "read", "write"]),
        "DELETE /v2/transcript/*": .http("/v2/transcript/TRANSCRIPT", stranger: 400, scopes: ["transcribe", "write"]).once,
        "POST /v1/files": .http("/v1/files", body: "", 400, scopes: ["transcribe"]),
        "GET /v1/files": .http("/v1/files", secret: "FILE", scopes: ["transcribe", "read", "write"]),
        "GET /v1/files/*": .http("/v1/files/FILE", stranger: 404, secret: "FILE", scopes: ["transcribe", "read", "write"]),
        "DELETE /v1/files/*": .http("/v1/files/FILE", 204, stranger: 404, scopes: ["transcribe", "write"]).once,
        "POST /v1/transcriptions": .http("/v1/transcriptions", body: "{}", 400, scopes: ["transcribe"]),
        "GET /v1/transcriptions": .http("/v1/transcriptions", secret: "ORDER", scopes: ["transcribe", "read", "write"]),
        "GET /v1/transcriptions/*": .http(
            "/v1/transcriptions/ORDER", stranger: 404, secret: "ORDER", scopes: ["transcribe", "read", "write"]),
        "DELETE /v1/transcriptions/*": .http("/v1/transcriptions/ORDER", 204, stranger: 404, scopes: ["transcribe", "write"]).once,
        "GET /api/v1/about": .http("/api/v1/about", scopes: ["read", "write", "listen", "transcribe", "admin"]),
        "GET /api/v1/admin/keys": .http("/api/v1/admin/keys", scopes: ["admin"]),
        "POST /api/v1/admin/keys": .http("/api/v1/admin/keys", body: #"{"scopes":["read"]}"#, 201, scopes: ["admin"]),
        "DELETE /api/v1/admin/keys/{id}": .http("/api/v1/admin/keys/expired", 204, scopes: ["admin"]),
        "POST /api/v1/admin/keys/{id}/topup": .http("/api/v1/admin/keys/expired/topup", body: #"{"seconds":60}"#, 409, scopes: ["admin"]),
        "DELETE /api/v1/admin/users/{user}": .http("/api/v1/admin/users/nobody", 404, scopes: ["admin"]),
        "GET /api/v1/admin/engines": .http("/api/v1/admin/engines", scopes: ["admin"]),
        "GET /api/v1/admin/usage": .http("/api/v1/admin/usage", scopes: ["admin"]),
        "GET /api/v1/admin/drain": .http("/api/v1/admin/drain", scopes: ["admin"]),
        "GET /api/v1/admin/users": .http("/api/v1/admin/users", scopes: ["admin"]),
        "GET /api/v1/admin/deletions": .http("/api/v1/admin/deletions", scopes: ["admin"]),
        "GET /api/v1/erasure": .http("/api/v1/erasure", scopes: ["read", "write", "admin"]),
        "GET /api/v1/admin/storage": .http("/api/v1/admin/storage", scopes: ["admin"]),
        "POST /api/v1/admin/engines/{name}/try": .http("/api/v1/admin/engines/none/try", 404, scopes: ["admin"]),
        "GET /api/v1/admin/failovers": .http("/api/v1/admin/failovers", scopes: ["admin"]),
        "POST /api/v1/login": Self(target: "/api/v1/login", body: #"{"key":"right"}"#, admitted: .status(204)),
        "POST /api/v1/logout": Self(target: "/api/v1/logout", admitted: .status(204)),
        "POST /api/v1/tickets": .http("/api/v1/tickets", body: #"{"path":"/v1/listen"}"#, scopes: ["listen"]),
        "GET /api/v1/sessions": .http("/api/v1/sessions?open=true", secret: "SESSION", scopes: ["read", "write"]),
        "GET /api/v1/sessions/{id}/events": .http("/api/v1/sessions/none/events", 404, scopes: ["read", "write"]),
        "GET /api/v1/sessions/{id}/captions.vtt": .http("/api/v1/sessions/none/captions.vtt", 404, scopes: ["read", "write"]),
        "GET /api/v1/sessions/{id}/trace": .http("/api/v1/sessions/SESSION/trace", stranger: 404, secret: "w1", scopes: ["read", "write"]),
        "GET /api/v1/sessions/{id}/bundle": .http("/api/v1/sessions/SESSION/bundle", stranger: 404, secret: "w1", scopes: ["read", "write"]),
        "GET /api/v1/sessions/{id}": .http("/api/v1/sessions/SESSION", stranger: 404, secret: "w1", scopes: ["listen", "read", "write"]),
        "GET /api/v1/conversations": .http("/api/v1/conversations", secret: "CONVERSATION", scopes: ["read", "write"]),
        "GET /api/v1/conversations/{id}": .http("/api/v1/conversations/CONVERSATION", stranger: 404, secret: "moonlit", scopes: ["read", "write"]),
        "POST /api/v1/conversations/{id}/redact": .http(
            "/api/v1/conversations/CONVERSATION/redact", body: #"{"from":9000,"to":9001}"#, stranger: 404, scopes: ["write"]),
        "PATCH /api/v1/conversations/{id}": .http("/api/v1/conversations/CONVERSATION", body: #"{"title":"new"}"#, stranger: 404, scopes: ["write"]),
        "DELETE /api/v1/conversations/{id}": .http("/api/v1/conversations/CONVERSATION", 204, stranger: 404, scopes: ["write"]).once,
        "POST /api/v1/conversations/{id}/restore": .http("/api/v1/conversations/none/restore", 404, scopes: ["write"]),
        "GET /api/v1/deleted-conversations": .http("/api/v1/deleted-conversations", scopes: ["read", "write"]),
        "POST /api/v1/conversations/{id}/merge": .http(
            "/api/v1/conversations/CONVERSATION/merge", body: #"{"conversation_id":"LATER"}"#, stranger: 404, secret: "moonlit", scopes: ["write"]
        ).once,
        "POST /api/v1/conversations/{id}/split": .http(
            "/api/v1/conversations/CONVERSATION/split", body: #"{"segment_id":"SEGMENT"}"#, stranger: 404, secret: "moonlit", scopes: ["write"]
        ).once,
        "GET /api/v1/conversations/{id}/segments": .http(
            "/api/v1/conversations/CONVERSATION/segments", stranger: 404, secret: "moonlit", scopes: ["read", "write"]),
        "GET /api/v1/conversations/{id}/outline": .http(
            "/api/v1/conversations/CONVERSATION/outline", stranger: 404, secret: "harbour", scopes: ["read", "write"]),
        "GET /api/v1/conversations/{id}/gaps": .http("/api/v1/conversations/CONVERSATION/gaps", stranger: 404, scopes: ["read", "write"]),
        "GET /api/v1/conversations/{id}/peaks": .http("/api/v1/conversations/CONVERSATION/peaks", stranger: 404, scopes: ["read", "write"]),
        "GET /api/v1/voices/count": .http("/api/v1/voices/count", scopes: ["read", "write"]),
        "GET /api/v1/voices/{id}/samples": .http("/api/v1/voices/voice-1/samples", stranger: 404, scopes: ["read", "write"]),
        "PATCH /api/v1/voices/{id}": .http("/api/v1/voices/voice-1", body: #"{"person_id":"PERSON"}"#, 204, stranger: 404, scopes: ["write"]),
        // There is one voice.
        "POST /api/v1/voices/{id}/merge": .http("/api/v1/voices/voice-1/merge", body: #"{"voice_id":"none"}"#, 404, scopes: ["write"]),
        // No voice is adopted.
        "DELETE /api/v1/voices/{id}/adoption": .http("/api/v1/voices/voice-1/adoption", 404, scopes: ["write"]),
        "DELETE /api/v1/voices/{id}": .http("/api/v1/voices/voice-1", 204, stranger: 404, scopes: ["write"]).once,
        "GET /api/v1/conversations/{id}/export": .http(
            "/api/v1/conversations/CONVERSATION/export?format=srt", stranger: 404, secret: "moonlit", scopes: ["read", "write"]),
        "GET /api/v1/conversations/{id}/audio": .http(
            "/api/v1/conversations/CONVERSATION/audio", stranger: 404, secret: "OggS", scopes: ["read", "write"]),
        "PATCH /api/v1/conversations/{id}/segments/{segment}": .http(
            "/api/v1/conversations/CONVERSATION/segments/SEGMENT", body: #"{"text":"other words"}"#, stranger: 404, scopes: ["write"]),
        "POST /api/v1/conversations/{id}/segments/assign": .http(
            "/api/v1/conversations/CONVERSATION/segments/assign", body: #"{"person_id":"PERSON","segment_ids":["SEGMENT"]}"#, stranger: 404,
            secret: "moonlit", scopes: ["write"]),
        "GET /api/v1/search": .http("/api/v1/search?q=moonlit", secret: "CONVERSATION", scopes: ["read", "write"]),
        "POST /api/v1/captions": .http("/api/v1/captions", body: #"{"words":[]}"#, scopes: ["listen", "transcribe", "read", "write"]),
        "GET /api/v1/people": .http("/api/v1/people", secret: "PERSON", scopes: ["read", "write"]),
        // A stranger's Anna is another one.
        "POST /api/v1/people": .http("/api/v1/people", body: #"{"name":"Anna","reuse":true}"#, stranger: 201, secret: "PERSON", scopes: ["write"]),
        "PATCH /api/v1/people/{id}": .http("/api/v1/people/PERSON", body: #"{"name":"Anne"}"#, stranger: 404, scopes: ["write"]),
        "DELETE /api/v1/people/{id}": .http("/api/v1/people/PERSON", 204, stranger: 404, scopes: ["write"]).once,
        "POST /api/v1/people/{id}/merge": .http("/api/v1/people/PERSON/merge", body: #"{"person_id":"FRIEND"}"#, stranger: 404, scopes: ["write"])
            .once,
        "GET /api/v1/voices": .http("/api/v1/voices", secret: "voice-1", scopes: ["read", "write"]),
        "GET /api/v1/users/me": .http("/api/v1/users/me", scopes: ["read", "write", "listen", "transcribe"]),
        "GET /api/v1/users/me/export": .http("/api/v1/users/me/export", secret: "moonlit", scopes: ["read", "write"]),
        "POST /api/v1/users/me/import": .http("/api/v1/users/me/import", body: "not an archive", 400, scopes: ["write"]),
        "DELETE /api/v1/users/me": .http("/api/v1/users/me", 204, scopes: ["write"]).once,
        "GET /api/v1/users/me/settings": .http("/api/v1/users/me/settings", scopes: ["read", "write"]),
        "PATCH /api/v1/users/me/settings": .http("/api/v1/users/me/settings", body: #"{"single_language_mode":true}"#, scopes: ["write"]),
        "GET /api/v1/users/me/webhook-secret": .http("/api/v1/users/me/webhook-secret", scopes: ["write"]),
        "POST /api/v1/users/me/webhook-secret": .http("/api/v1/users/me/webhook-secret", scopes: ["write"]),
        "GET /api/v1/users/me/webhook-deliveries": .http("/api/v1/users/me/webhook-deliveries", scopes: ["read", "write"]),
        // The user has no webhook.
        "POST /api/v1/users/me/webhook-deliveries/resend": .http(
            "/api/v1/users/me/webhook-deliveries/resend", body: "{}", 409, scopes: ["write"]),
        "DELETE /api/v1/users/me/webhook-deliveries/{id}": .http("/api/v1/users/me/webhook-deliveries/none", 404, scopes: ["write"]),
        "GET /api/v1/users/me/provider-keys": .http("/api/v1/users/me/provider-keys", secret: "soniox", scopes: ["read", "write"]),
        "PUT /api/v1/users/me/provider-keys/{provider}": .http(
            "/api/v1/users/me/provider-keys/deepgram", body: #"{"key":"vendor-key"}"#, scopes: ["write"]),
        "POST /api/v1/users/me/provider-keys/{provider}/verify": .http(
            "/api/v1/users/me/provider-keys/none/verify", body: #"{"key":"vendor-key"}"#, 404, scopes: ["write"]),
        "DELETE /api/v1/users/me/provider-keys/{provider}": .http("/api/v1/users/me/provider-keys/soniox", 204, stranger: 404, scopes: ["write"])
            .once,
        "GET /v2/desktop/capabilities": .http("/v2/desktop/capabilities", scopes: ["transcribe"]),
        "POST /v2/desktop/background-conversation/start": .http("/v2/desktop/background-conversation/start", body: "{}", scopes: ["transcribe"]),
        "POST /v2/desktop/background-transcribe": .http(
            "/v2/desktop/background-transcribe?conversation_id=RECORDING&chunk_id=1&chunk_start_ms=0",
            body: String(repeating: "audio!", count: 16_000), stranger: 404, secret: "whispered", scopes: ["transcribe"]),
        "POST /v2/desktop/background-conversation/{id}/finish": .http(
            "/v2/desktop/background-conversation/CONVERSATION/finish", stranger: 404, secret: "moonlit", scopes: ["transcribe"]),
        "POST /api/v1/conversations/{id}/postprocess": .http(
            "/api/v1/conversations/CONVERSATION/postprocess", 202, stranger: 404, scopes: ["write and transcribe together"]),
        "POST /api/v1/jobs": .http("/api/v1/jobs", body: "", 400, scopes: ["transcribe"]),
        "GET /api/v1/jobs": .http("/api/v1/jobs", scopes: ["transcribe", "read", "write"]),
        "GET /api/v1/jobs/{id}": .http("/api/v1/jobs/JOB", stranger: 404, secret: "conversation-1", scopes: ["transcribe", "read", "write"]),
        // The user's job is no import.
        "DELETE /api/v1/jobs/{id}": .http("/api/v1/jobs/JOB", 404, scopes: ["transcribe", "write"]),
        "POST /api/v1/jobs/{id}/retry": .http("/api/v1/jobs/JOB/retry", 404, scopes: ["transcribe"]),
        "POST /v2/sync-local-files": .http("/v2/sync-local-files", body: "", 400, scopes: ["transcribe"]),
        "GET /v2/sync-local-files/{id}": .http("/v2/sync-local-files/SYNC", stranger: 404, secret: "completed", scopes: ["transcribe"]),
        "GET /api/v1/usage": .http("/api/v1/usage", secret: "scripted", scopes: ["read", "write"]),
        "POST /v3/upload-audio": .http("/v3/upload-audio", body: "", 400, scopes: ["write"]),
        "GET /v3/speech-profile": .http("/v3/speech-profile", scopes: ["read", "write"]),
        "GET /v4/speech-profile": .http("/v4/speech-profile", scopes: ["read", "write"]),
        "GET /v3/speech-profile/status": .http("/v3/speech-profile/status", scopes: ["read", "write"]),
        "GET /v3/speech-profile/stt-availability": .http("/v3/speech-profile/stt-availability", scopes: ["read", "write"]),
        "GET /v3/speech-profile/audio": .http("/v3/speech-profile/audio", stranger: 404, secret: "OggS", scopes: ["read", "write"]),
        "DELETE /v3/speech-profile": .http("/v3/speech-profile", 204, scopes: ["write"]),
        "POST /api/v1/people/enroll": .http("/api/v1/people/enroll", body: "", 400, scopes: ["write"]),
        "POST /v3/speech-profile/expand": .http("/v3/speech-profile/expand", body: "", 400, scopes: ["write"]),
        "GET /v3/speech-profile/expand": .http("/v3/speech-profile/expand", secret: "addition", scopes: ["read", "write"]),
        "GET /v3/speech-profile/expand/{name}": .http(
            "/v3/speech-profile/expand/addition_segment_0.ogg", stranger: 404, secret: "OggS", scopes: ["read", "write"]),
        "DELETE /v3/speech-profile/expand": .http("/v3/speech-profile/expand?memory_id=addition", stranger: 404, scopes: ["write"]).once,
        "GET /api/v1/openapi.json": .open("/api/v1/openapi.json"),
    ]
}
