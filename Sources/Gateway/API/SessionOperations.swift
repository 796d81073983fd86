internal import Admission
internal import Continuity
internal import Framing
internal import Journal
internal import Live
internal import Observability
internal import Protocols
internal import Speech

/// Operations on live sessions: tickets with which web pages open them, and their transcripts.
struct SessionOperations: Sendable {
    let admission: Admission
    let contexts: LiveContexts
    let transcripts: TranscriptFolder
    let recovery: CrashRecovery
    let log: Log
    /// True for paths at which a WebSocket is served.
    let isWebSocket: @Sendable (String) -> Bool

    private static let ticketLifetime = Duration.seconds(30)

    var all: [APIOperation] {
        [
            APIOperation(
                .post, "/tickets", .listen,
                summary: "Makes a ticket with which a web page opens one WebSocket: ?ticket=…, once and within 30 s.",
                body: [.init("path", "string", required: true, "The path of the WebSocket, such as /v4/listen.")],
                answer: .object([
                    .init("ticket", "string", required: true, "The ticket, valid for this caller and path only."),
                    .init("path", "string", required: true, "The path of the WebSocket."),
                    .init("expires_in", "integer", required: true, "Seconds."),
                ])
            ) { request throws(APIError) in
                guard let path = try request.string("path"), path.hasPrefix("/"), path.utf8.count <= 200, isWebSocket(path) else {
                    throw .badRequest("The body must be JSON that names a WebSocket of this gateway: {\"path\": \"/v4/listen\"}.")
                }
                let ticket: String
                do throws(RequestError) {
                    ticket = try admission.issueToken(
                        .init(lifetime: Self.ticketLifetime, isSingleUse: true, paths: [path]), to: request.caller)
                } catch {
                    throw APIError(error)
                }
                return .json { json in
                    json.beginObject()
                    json.member("ticket", ticket)
                    json.member("path", path)
                    json.member("expires_in", Int(Self.ticketLifetime.components.seconds))
                    json.endObject()
                }
            },
            APIOperation(
                .get, "/sessions", .read, summary: "Lists the caller's open live sessions, the oldest first.",
                query: [.init("open", "boolean", "true, which is also the default: sessions that are over are not listed.")],
                answer: .object([
                    .init(
                        "sessions", "[object]", required: true,
                        "Each with id, state (open, or waiting for its client), started_at, duration, engine, language and source (the protocol).")
                ])
            ) { request throws(APIError) in
                guard (request.query.first("open") ?? "true") == "true" else { throw .badRequest("open takes true.") }
                let open = await contexts.openSessions(of: request.user)
                return .json { json in
                    json.beginObject()
                    json.key("sessions")
                    json.beginArray()
                    for session in open { Self.write(session, to: &json) }
                    json.endArray()
                    json.endObject()
                }
            },
            APIOperation(
                .get, "/sessions/{id}/events", .read,
                summary: "Watches an open session: server-sent events state, segment, removed, interim, gap, engine and end.",
                answer: .content(SessionEventFormat.contentType)
            ) { request throws(APIError) in try await watch(request, SessionEventFormat(request.id("id"))) },
            APIOperation(
                .get, "/sessions/{id}/captions.vtt", .read, summary: "Watches an open session: captions in WebVTT, as they come.",
                answer: .content(LiveCaptionFormat.contentType)
            ) { request throws(APIError) in try await watch(request, LiveCaptionFormat()) },
            // A caller who may open sessions may also read their transcripts.
            APIOperation(
                .get, "/sessions/{id}", .listen, .read, summary: "Returns a live session's transcript.", answer: .content("application/json")
            ) { request throws(APIError) in
                let id = request.id("id", as: Session.self)
                // This is asked before the transcript is read: a transcript that is completed meanwhile is then in the folder.
                let isKnown = await recovery.hasLookedThrough
                let found: StoredTranscript?
                do throws(StoredTranscript.Unreadable) {
                    found = try await transcripts.find(id)
                } catch {
                    log.error("a transcript cannot be read", [.session: id.rawValue, .error: "\(error)"])
                    throw APIError(.unavailable("The transcript cannot be read."))
                }
                if let found, found.record.owner?.user ?? ID.local.rawValue == request.user.rawValue { return APIAnswer(body: found.json()) }
                // Interrupted sessions are known only after the search of the journal.
                guard isKnown else { throw APIError(.unavailable("The gateway has just started; ask again in a moment.")) }
                throw .notFound("session", id.rawValue)
            },
        ]
    }

    private func watch<Format: WatchFormat>(_ request: APIRequest, _ format: Format) async throws(APIError) -> APIAnswer {
        let feed = SessionFeed(format), id = request.id("id", as: Session.self)
        guard let watch = await contexts.watch(id, of: request.user, tell: { feed.tell($0) }) else {
            throw .notFound("open session", id.rawValue)
        }
        feed.began(watch)
        return APIAnswer(contentType: Format.contentType, feed: feed)
    }

    static func write(_ session: OpenSession, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", session.id.rawValue)
        json.member("state", session.state.rawValue)
        json.member("started_at", session.started.rfc3339)
        json.member("duration", session.duration / .seconds(1), decimals: 3)
        json.member("engine", session.engine.rawValue)
        json.member("language", optional: session.language?.rawValue)
        json.member("source", session.source)
        json.endObject()
    }
}
