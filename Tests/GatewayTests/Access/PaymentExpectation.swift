/// How each route is asked to recognize speech, and what callers hear who may not have that.
///
/// A route that is not in here fails the matrix of payments: a new route says whether it has speech recognized.
struct PaymentExpectation: Sendable {
    typealias Outcome = RouteExpectation.Outcome

    /// How audio is sent over a WebSocket.
    enum Audio: Sendable { case binary, realtime }

    enum Request: Sendable {
        /// Nothing is recognized by it.
        case nothing
        /// Callers are judged as for a recognition; nothing is recognized yet.
        case order(Order)
        /// A recording is recognized.
        case recording(Order)
        /// A live session. `opening`: the first message, with `CREDENTIAL` for the key.
        case live(String, opening: String? = nil, rate: Int = 16_000, audio: Audio = .binary)
    }

    enum Order: Sendable { case listen, transcription, upload, transcript, file, fileTranscription, start, chunk, files, job, postprocess }

    var request: Request
    /// What is answered to a caller whose limit, or whose credit, is used up.
    var limit: Outcome = .status(402)
    var credit: Outcome = .status(402)
    /// How a live session ends whose limit or credit is reached.
    var reached: Outcome = .closed(1008)
    /// How a live session ends whose key is revoked.
    var revoked: Outcome = .closed(1008)
    /// What is answered to a vendor key that is not the enrolled one.
    var notEnrolled: Outcome = .status(403)

    static let nothing = PaymentExpectation(request: .nothing)

    static func recording(_ order: Order) -> Self { Self(request: .recording(order)) }

    static func background(_ order: Order, isRecognized: Bool = true) -> Self {
        Self(request: isRecognized ? .recording(order) : .order(order), credit: .status(429))
    }

    static func listen(_ target: String, opening: String? = nil) -> Self {
        Self(
            request: .live(target, opening: opening), limit: .closed(1008), credit: .closed(1008),
            notEnrolled: .closed(4003))
    }

    /// By the route's kind, method and path: every WebSocket and every request that is not a GET or a DELETE.
    static let all: [String: PaymentExpectation] = [
        "WebSocket /v3/ws": Self(
            request: .live("/v3/ws?sample_rate=16000"), limit: .closed(1008), credit: .closed(1008), notEnrolled: .closed(1008)),
        "WebSocket /v1/listen": Self(request: .live("/v1/listen?encoding=linear16&sample_rate=16000")),
        "WebSocket /v2/listen": Self(request: .live("/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=16000")),
        "WebSocket /transcribe-websocket": Self(
            request: .live(
                "/transcribe-websocket",
                opening: #"{"model":"stt-rt-v3","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1}"#),
            limit: .closed(1008), credit: .closed(1008), notEnrolled: .closed(1008)),
        "WebSocket /v2": speechmatics("/v2"),
        "WebSocket /v2/": speechmatics("/v2/"),
        "WebSocket /v2/*": speechmatics("/v2/en"),
        "WebSocket /v2/agent": speechmatics("/v2/agent"),
        "WebSocket /v2/agent/": speechmatics("/v2/agent/"),
        "WebSocket /v1/realtime": Self(
            request: .live("/v1/realtime?intent=transcription", rate: 24_000, audio: .realtime), limit: .status(429), credit: .status(429)),
        "WebSocket /ws/transcribe": Self(
            request: .live("/ws/transcribe", opening: #"{"type":"auth","token":"CREDENTIAL"}"#), limit: .closed(4402), credit: .closed(4402),
            reached: .closed(4402), revoked: .closed(4401), notEnrolled: .closed(4401)),
        "WebSocket /listen": listen("/listen?codec=pcm16&sample_rate=16000"),
        "WebSocket /v3/listen": listen("/v3/listen?codec=pcm16&sample_rate=16000"),
        "WebSocket /v4/listen": listen("/v4/listen?codec=pcm16&sample_rate=16000"),
        "WebSocket /v4/web/listen": listen(
            "/v4/web/listen?codec=pcm16&sample_rate=16000", opening: #"{"type":"auth","token":"CREDENTIAL"}"#),
        "WebSocket /v2/voice-message/transcribe-stream": listen("/v2/voice-message/transcribe-stream?codec=pcm16&sample_rate=16000"),
        "POST /v1/listen": .recording(.listen),
        "POST /v1/audio/transcriptions": Self(request: .recording(.transcription), limit: .status(429), credit: .status(429)),
        "POST /v2/upload": Self(request: .order(.upload)),
        "POST /v2/transcript": .recording(.transcript),
        "POST /v1/files": Self(request: .order(.file)),
        "POST /v1/transcriptions": .recording(.fileTranscription),
        "POST /v2/desktop/background-conversation/start": .background(.start, isRecognized: false),
        "POST /v2/desktop/background-transcribe": .background(.chunk),
        "POST /v2/sync-local-files": .background(.files),
        "POST /api/v1/jobs": .recording(.job),
        // Judged as the first attempt: see the tests of imported recordings.
        "POST /api/v1/jobs/{id}/retry": .nothing,
        "POST /api/v1/conversations/{id}/postprocess": .recording(.postprocess),
        "POST /v1/realtime/client_secrets": .nothing,
        "POST /v1/realtime/transcription_sessions": .nothing,
        "POST /v1/realtime/sessions": .nothing,
        "POST /v1/auth/grant": .nothing,
        "POST /v1/audio/translations": .nothing,
        "POST /api/v1/login": .nothing,
        "POST /api/v1/conversations/{id}/redact": .nothing,
        "POST /api/v1/admin/keys": .nothing,
        "POST /api/v1/admin/keys/{id}/topup": .nothing,
        "POST /api/v1/admin/engines/{name}/try": .nothing,
        "POST /api/v1/users/me/provider-keys/{provider}/verify": .nothing,
        "POST /api/v1/logout": .nothing,
        "POST /api/v1/tickets": .nothing,
        "PATCH /api/v1/conversations/{id}": .nothing,
        "POST /api/v1/conversations/{id}/merge": .nothing,
        "POST /api/v1/conversations/{id}/split": .nothing,
        "POST /api/v1/conversations/{id}/restore": .nothing,
        "PATCH /api/v1/conversations/{id}/segments/{segment}": .nothing,
        "POST /api/v1/conversations/{id}/segments/assign": .nothing,
        "POST /api/v1/captions": .nothing,
        "POST /api/v1/people": .nothing,
        "PATCH /api/v1/people/{id}": .nothing,
        "POST /api/v1/people/{id}/merge": .nothing,
        "PATCH /api/v1/voices/{id}": .nothing,
        "POST /api/v1/voices/{id}/merge": .nothing,
        "PATCH /api/v1/users/me/settings": .nothing,
        "POST /api/v1/users/me/webhook-secret": .nothing,
        "POST /api/v1/users/me/webhook-deliveries/resend": .nothing,
        "POST /api/v1/users/me/import": .nothing,
        "PUT /api/v1/users/me/provider-keys/{provider}": .nothing,
        "POST /v2/desktop/background-conversation/{id}/finish": .nothing,
        "POST /v3/upload-audio": .nothing,
        "POST /v3/speech-profile/expand": .nothing,
        "POST /api/v1/people/enroll": .nothing,
    ]

    private static func speechmatics(_ target: String) -> Self {
        Self(
            request: .live(
                target,
                opening:
                    #"{"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},"transcription_config":{"language":"en"}}"#
            ), limit: .status(403), credit: .status(403), reached: .closed(4005), revoked: .closed(4001))
    }
}
