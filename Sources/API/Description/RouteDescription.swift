internal import Framing

/// The words that describe a route outside of the API: a route of a vendor's protocol, or one for monitoring.
struct RouteDescription: Sendable {
    enum Tag: String, CaseIterable {
        case deepgram, assemblyai, openai, soniox, speechmatics, listen, recordings, managed, monitoring

        var meaning: String {
            switch self {
            case .deepgram: "Deepgram's protocol, for its clients. Errors are Deepgram's."
            case .assemblyai: "AssemblyAI's protocol, for its clients. Errors are AssemblyAI's."
            case .openai: "OpenAI's transcription and realtime protocols, for their clients. Errors are OpenAI's."
            case .soniox: "Soniox's protocols, live and recorded, for its clients. Errors are Soniox's."
            case .speechmatics: "Speechmatics' live protocols, for its clients."
            case .listen: "Live conversations of wearables, phones, desktops and browsers."
            case .recordings: "Recordings that come in files or in chunks, and recordings of the user's voice."
            case .managed: "The protocol of managed proxies."
            case .monitoring: "Health, readiness and metrics."
            }
        }
    }

    let tag: Tag
    let summary: String
    /// Media type of the request's body; nil when no body is read.
    var request: String?
    var answer = "application/json"
    var needsKey = true
    /// Parameters in the query that are Harken's own.
    var query: [APIOperation.Field] = []
    /// Members of the body, where it is JSON of Harken's own.
    var members: [APIOperation.Field] = []

    /// Returns the description of a route; nil for the files of the page, and for the operations of the API, which describe themselves.
    static func of(_ route: RouteName) -> RouteDescription? { all[key(of: route)] }

    private static func key(of route: RouteName) -> String { (route.isWebSocket ? "WebSocket" : route.method.rawValue) + " " + route.path }

    /// Returns the path in the description: the rest of a path is a parameter there.
    static func path(_ route: RouteName) -> String { route.path.hasSuffix("*") ? route.path.dropLast() + "{rest}" : route.path }

    /// The time at which a recording began.
    private static let started = APIOperation.Field(
        "started_at", "string",
        "The time of the first sample: RFC 3339 with its offset, or seconds since 1970; at most ten years ago, and not in the future. Without it the "
            + "recording ends when it comes.")
    /// Parameters of an imported recording, which may also be fields of the form.
    private static let imported: [APIOperation.Field] = [
        .init("name", "string", "The file's name. Default: the name in the form."),
        .init("title", "string", "The conversation's title. Default: the file's name without its suffix."), started,
        .init("time_zone", "string", "The time zone of a started_at without an offset. Default: the user's."),
        .init("modified", "string", "The file's date: the recording's end, if neither started_at nor the file tells the start."),
        .init("language", "string", "A BCP 47 tag, or auto."),
        .init("speakers", "boolean", "False: speakers are not told apart."),
        .init("channels", "boolean", "True: each channel is heard by itself, as a speaker of its own."),
        .init("track", "string", "The sound track that is heard, a number from 1; or all, each as a speaker of its own."),
        .init("engine", "string", "Names of engines, in order of preference, separated by commas."),
    ]
    private static let form = "multipart/form-data"
    private static let bytes = "application/octet-stream"
    private static let body = "application/json"

    private static let all: [String: RouteDescription] = [
        "WebSocket /v1/listen": .init(tag: .deepgram, summary: "Live audio; the query has Deepgram's options."),
        "WebSocket /v2/listen": .init(tag: .deepgram, summary: "Live audio with turn events (Flux)."),
        "POST /v1/listen": .init(tag: .deepgram, summary: "Recognizes a recording: its bytes, or {\"url\"}.", request: bytes),
        "POST /v1/auth/grant": .init(tag: .deepgram, summary: "Makes a temporary token.", request: body),
        "WebSocket /v3/ws": .init(tag: .assemblyai, summary: "Live audio; the query has AssemblyAI's options."),
        "GET /v3/token": .init(tag: .assemblyai, summary: "Makes a temporary token for one connection."),
        "POST /v2/upload": .init(tag: .assemblyai, summary: "Takes a recording, and returns its URL for a transcript.", request: bytes),
        "POST /v2/transcript": .init(tag: .assemblyai, summary: "Orders a transcript of an upload or a URL.", request: body),
        "GET /v2/transcript": .init(tag: .assemblyai, summary: "Lists the caller's transcripts."),
        "GET /v2/transcript/*": .init(tag: .assemblyai, summary: "Returns a transcript, or one of its exports."),
        "DELETE /v2/transcript/*": .init(tag: .assemblyai, summary: "Deletes a transcript."),
        "POST /v1/audio/transcriptions": .init(tag: .openai, summary: "Recognizes a recording.", request: form),
        "POST /v1/audio/translations": .init(tag: .openai, summary: "Refuses: no engine translates.", request: form),
        "GET /v1/models": .init(tag: .openai, summary: "Lists the models that the engines have."),
        "GET /v1/models/*": .init(tag: .openai, summary: "Returns one model."),
        "WebSocket /v1/realtime": .init(tag: .openai, summary: "Live audio (the realtime protocol for transcription)."),
        "POST /v1/realtime/client_secrets": .init(tag: .openai, summary: "Makes a temporary secret for a browser.", request: body),
        "POST /v1/realtime/transcription_sessions": .init(tag: .openai, summary: "Makes a temporary secret, in the form of the beta.", request: body),
        "POST /v1/realtime/sessions": .init(
            tag: .openai, summary: "Makes a temporary secret for a conversation's session, in the form of the beta.", request: body),
        "WebSocket /transcribe-websocket": .init(tag: .soniox, summary: "Live audio; the first message has Soniox's options."),
        "POST /v1/files": .init(tag: .soniox, summary: "Takes a recording, and returns its file.", request: form),
        "GET /v1/files": .init(tag: .soniox, summary: "Lists the caller's files."),
        "GET /v1/files/*": .init(tag: .soniox, summary: "Returns a file without its content, or the number of files (count)."),
        "DELETE /v1/files/*": .init(tag: .soniox, summary: "Deletes a file."),
        "POST /v1/transcriptions": .init(tag: .soniox, summary: "Orders a transcription of a file or a URL.", request: body),
        "GET /v1/transcriptions": .init(tag: .soniox, summary: "Lists the caller's transcriptions."),
        "GET /v1/transcriptions/*": .init(
            tag: .soniox, summary: "Returns a transcription, its tokens (/transcript), or the number of transcriptions (count)."),
        "DELETE /v1/transcriptions/*": .init(tag: .soniox, summary: "Deletes a transcription."),
        "WebSocket /v2": .init(tag: .speechmatics, summary: "Live audio; the first message has Speechmatics' options."),
        "WebSocket /v2/*": .init(tag: .speechmatics, summary: "Live audio, with the language in the path."),
        "WebSocket /v2/agent": .init(tag: .speechmatics, summary: "Live audio with segments and turns (Agent STT)."),
        "WebSocket /ws/transcribe": .init(tag: .managed, summary: "Live audio; the first message has the token and the options."),
        "WebSocket /v4/listen": .init(tag: .listen, summary: "A live conversation.", query: [started]),
        "WebSocket /v3/listen": .init(tag: .listen, summary: "A live conversation, at an older path.", query: [started]),
        "WebSocket /listen": .init(tag: .listen, summary: "A live conversation, at the oldest path.", query: [started]),
        "WebSocket /v4/web/listen": .init(
            tag: .listen, summary: "A live conversation of a browser, whose first message has the token.", query: [started]),
        "WebSocket /v2/voice-message/transcribe-stream": .init(tag: .listen, summary: "Push-to-talk: live audio without a conversation."),
        "POST /v2/sync-local-files": .init(
            tag: .recordings, summary: "Takes files that a device has recorded.", request: form,
            query: [started, .init("track", "string", "The sound track that is heard, a number from 1; or all, together.")]),
        "GET /v2/sync-local-files/{id}": .init(tag: .recordings, summary: "Returns the state of such an upload."),
        "GET /v2/desktop/capabilities": .init(tag: .recordings, summary: "Says what this gateway can do for recordings in chunks."),
        "POST /v2/desktop/background-transcribe": .init(
            tag: .recordings, summary: "Takes a chunk of a recording, and returns its words.", request: form, query: [started]),
        "POST /v2/desktop/background-conversation/start": .init(
            tag: .recordings, summary: "Begins a recording in chunks.", request: body,
            members: [
                .init("language", "string", "A BCP 47 tag, or auto."), .init("source", "string", "The kind of recorder."),
                .init("client_conversation_id", "string", "A UUID that names the conversation."),
                .init("title", "string", "The conversation's title, which automation does not replace."), started,
            ]),
        "POST /v2/desktop/background-conversation/{id}/finish": .init(tag: .recordings, summary: "Ends a recording in chunks.", request: body),
        "POST /v3/upload-audio": .init(tag: .recordings, summary: "Takes a recording of the user's voice as the speech profile.", request: form),
        "POST /v3/speech-profile/expand": .init(tag: .recordings, summary: "Adds a recording of a voice.", request: form),
        "POST /api/v1/people/enroll": .init(
            tag: .recordings, summary: "Adds a person by their name (name), or finds who has it, with recordings of their voice (file).",
            request: form),
        "POST /api/v1/jobs": .init(
            tag: .recordings, summary: "Takes a recording (file), which becomes a conversation with the name, date and speakers of the file.",
            request: form, query: imported),
        "GET /health": .init(tag: .monitoring, summary: "Says that the gateway runs.", needsKey: false),
        "GET /ready": .init(tag: .monitoring, summary: "Says if an engine can be used (200) or not (503).", needsKey: false),
        "GET /metrics": .init(tag: .monitoring, summary: "Metrics in the format of Prometheus.", answer: "text/plain", needsKey: false),
    ]

    static func write(_ route: RouteName, to json: inout JSONWriter) {
        guard let description = of(route) else { return }
        let isWebSocket = route.isWebSocket, path = path(route)
        json.key(escaping: route.method.rawValue.lowercased())
        json.beginObject()
        json.member("operationId", OpenAPI.operationID(isWebSocket ? "open" : route.method.rawValue.lowercased(), path))
        json.member("summary", description.summary)
        json.key("tags")
        json.array([description.tag.rawValue])
        OpenAPI.writeSecurity(needsKey: description.needsKey, to: &json)
        if isWebSocket { json.member("x-websocket", true) }
        json.key("parameters")
        json.beginArray()
        for name in OpenAPI.parameters(of: path) {
            OpenAPI.write(.init(name, "string", required: true, "The parameter in the path."), in: "path", to: &json)
        }
        for field in description.query { OpenAPI.write(field, in: "query", to: &json) }
        json.endArray()
        if let request = description.request {
            json.key("requestBody")
            json.beginObject()
            json.key("content")
            json.beginObject()
            json.key(escaping: request)
            json.beginObject()
            if !description.members.isEmpty {
                json.key("schema")
                OpenAPI.writeObject(description.members, to: &json)
            }
            json.endObject()
            json.endObject()
            json.endObject()
        }
        json.key("responses")
        json.beginObject()
        json.key(escaping: isWebSocket ? "101" : "200")
        json.beginObject()
        json.member("description", isWebSocket ? "The connection is a WebSocket from now on." : "Done.")
        if !isWebSocket {
            json.key("content")
            json.beginObject()
            json.key(escaping: description.answer)
            json.beginObject()
            json.endObject()
            json.endObject()
        }
        json.endObject()
        json.key("default")
        json.beginObject()
        json.member("description", literal: "An error, in the form of the protocol.")
        json.endObject()
        json.endObject()
        json.endObject()
    }
}
