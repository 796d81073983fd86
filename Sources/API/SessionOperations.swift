internal import Admission
internal import Continuity
internal import Framing
internal import Journal
internal import Live
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// Operations on live sessions: tickets with which web pages open them, and their transcripts.
struct SessionOperations: Sendable {
    let admission: Admission
    let contexts: LiveContexts
    let transcripts: TranscriptFolder
    let recovery: CrashRecovery
    let ledger: any UsageStore
    let conversations: any ConversationStore
    let log: Log
    let version: String
    /// True for paths at which a WebSocket is served.
    let isWebSocket: @Sendable (String) -> Bool

    private static let ticketLifetime = Duration.seconds(30)
    /// Time within which a ticket resumes its session: as long as an operator may let sessions last (`HARKEN_MAX_SESSION_SECONDS`).
    private static let ticketResumeTime = Duration.seconds(86_400)

    var all: [APIOperation] {
        [
            APIOperation(
                .post, "/tickets", .listen,
                summary:
                    "Makes a ticket with which a web page opens a WebSocket within 30 s: ?ticket=…. It opens one session, and with resumes returns to it.",
                body: [
                    .init("path", "string", required: true, "The path of the WebSocket, such as /v4/listen."),
                    .init(
                        "resumes", "boolean",
                        "true: for a day, the ticket also opens connections that resume the session which it has opened. false, the default: it does not."
                    ),
                ],
                answer: .object([
                    .init("ticket", "string", required: true, "The ticket, valid for this caller and path only."),
                    .init("path", "string", required: true, "The path of the WebSocket."),
                    .init("expires_in", "integer", required: true, "Seconds."),
                ])
            ) { request throws(APIError) in
                guard let path = try request.string("path"), path.hasPrefix("/"), path.utf8.count <= 200, isWebSocket(path) else {
                    throw .badRequest("The body must be JSON that names a WebSocket of this gateway: {\"path\": \"/v4/listen\"}.")
                }
                let resumes = try request.flag("resumes") ?? false
                guard !resumes || Catalogue.dialects.contains(where: { $0.resumes && $0.paths.contains(path) }) else {
                    throw .badRequest("Sessions of \(path) cannot be resumed: leave \"resumes\" out.")
                }
                let ticket: String
                do throws(RequestError) {
                    ticket = try admission.issueToken(
                        .init(
                            lifetime: Self.ticketLifetime, isSingleUse: true, resumeTime: resumes ? Self.ticketResumeTime : nil, paths: [path]),
                        to: request.caller)
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
                        "sessions", "[OpenSession]", required: true, "The oldest first.")
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
                summary: "Watches a live session: events state, conversation, segment, removed, speaker_label, interim, gap, notice, engine and end.",
                answer: .content(SessionEventFormat.contentType)
            ) { request throws(APIError) in try await watch(request, SessionEventFormat(request.session)) },
            APIOperation(
                .get, "/sessions/{id}/captions.vtt", .read, summary: "Watches an open session: captions in WebVTT, as they come.",
                answer: .content(LiveCaptionFormat.contentType)
            ) { request throws(APIError) in try await watch(request, LiveCaptionFormat()) },
            // A caller who may open sessions may also read their transcripts.
            APIOperation(
                .get, "/sessions/{id}", .listen, .read,
                summary:
                    "Returns a live session's transcript. That of a killed gateway's session may wait for its client for 120 s before it is completed.",
                answer: .content("application/json")
            ) { request throws(APIError) in APIAnswer(body: try await stored(request).json()) },
            APIOperation(
                .get, "/sessions/{id}/trace", .read,
                summary: "Returns what is known of a live session, open or over: attempts of engines, words with their origin, turns, gaps and cost.",
                answer: .object([
                    .init("id", "string", required: true, "The session."),
                    .init("status", "string", required: true, "live, complete, recovering or incomplete."),
                    .init("source", "string", required: true, "The protocol."),
                    .init("started_at", "string?", required: true, "UTC, RFC 3339."),
                    .init("duration", "number", required: true, "Seconds of audio that were received."),
                    .init("channels", "integer", required: true, "Number of audio channels."),
                    .init(
                        "legs", "[Leg]", required: true, "Attempts of engines, in order of start."),
                    .init(
                        "words", "[TracedWord]", required: true, "In order of start."),
                    .init(
                        "shown", "[ShownChange]", required: true, "Changes of what the client was shown, in order. Empty after a crash."),
                    .init(
                        "conversations", "[SessionPart]", required: true, "The session's parts in conversations."),
                    .init("turns", "[TurnEnd]", required: true, "Ends of turns."),
                    .init("gaps", "[Gap]", required: true, "Audio without words."),
                    .init("repairs", "[Repair]", required: true, "Audio that was recognized later."),
                    .init("cost", "[array]", required: true, "Pairs of a position in seconds and the cost until then in US dollars."),
                    .init(
                        "vad", "[HeardSpeech]?", required: true,
                        "Where the voice detector of the gate, or of the engine, heard speech; null when none listened."),
                    .init("judgments", "[TurnJudgment]", required: true, "Judgments of end-of-turn models, in order."),
                ])
            ) { request throws(APIError) in
                let trace = try await trace(of: try await stored(request))
                return .json { trace.write(to: &$0) }
            },
            APIOperation(
                .get, "/sessions/{id}/bundle", .read,
                summary:
                    "Returns an archive for a report of a fault: the session's trace, transcript and settings, without secrets and without audio.",
                answer: .content("application/x-tar")
            ) { request throws(APIError) in try await bundle(of: try await stored(request)) },
        ]
    }

    /// Returns the transcript of the session that the path names.
    private func stored(_ request: APIRequest) async throws(APIError) -> StoredTranscript {
        let id = request.session
        // This is asked before the transcript is read: a transcript that is completed meanwhile is then in the folder.
        let isKnown = await recovery.hasLookedThrough
        let found: StoredTranscript?
        do throws(StoredTranscript.Unreadable) {
            found = try await transcripts.find(id)
        } catch {
            log.error("a transcript cannot be read", [.session: id.rawValue, .error: "\(error)"])
            throw APIError(.unavailable("The transcript cannot be read."))
        }
        if let found, found.record.owner?.user ?? ID.local.rawValue == request.user.rawValue { return found }
        // Interrupted sessions are known only after the search of the journal.
        guard isKnown else { throw APIError(.unavailable("The gateway has just started; ask again in a moment.")) }
        throw .notFound("session", id.rawValue)
    }

    /// Time after a session's end within which its last attempts are in the ledger.
    private static let bookingTime: Duration = .seconds(86_400)

    private func trace(of stored: StoredTranscript) async throws(APIError) -> SessionTraceDocument {
        guard let started = stored.record.started else { return SessionTraceDocument(stored, attempts: []) }
        let end = started + stored.transcript.received.duration(at: stored.transcript.rate) + Self.bookingTime
        let days = String(started.rfc3339.prefix(10))...String(end.rfc3339.prefix(10))
        let user = stored.record.owner.map { ID<User>($0.user) } ?? .local
        let attempts = try await APIError.stored { () throws(StoreError) in try await ledger.runs(of: stored.record.id, of: user, in: days) }
        let parts = try await APIError.stored { () throws(StoreError) in try await conversations.parts(of: stored.record.id, of: user) }
        return SessionTraceDocument(stored, attempts: attempts, parts: parts)
    }

    private func bundle(of stored: StoredTranscript) async throws(APIError) -> APIAnswer {
        let record = stored.record, trace = try await trace(of: stored), changed = (record.started?.milliseconds ?? 0) / 1_000
        var archive = TarArchive()
        let folder = "harken-session-\(record.id.rawValue)"
        archive.add("\(folder)/trace.json", APIAnswer.json { trace.write(to: &$0) }.body, changedAt: changed)
        archive.add("\(folder)/transcript.json", stored.json(), changedAt: changed)
        let settings = APIAnswer.json { json in
            json.beginObject()
            json.member("version", version)
            json.member("source", record.dialect)
            json.member("workload", record.workload.rawValue)
            json.member("language", optional: record.language?.rawValue)
            json.member("model", optional: record.model)
            json.member("diarize", record.diarize)
            json.key("keyterms")
            json.array(record.keyterms)
            json.key("engines")
            json.array((record.engines ?? []).map(\.rawValue))
            json.endObject()
        }
        archive.add("\(folder)/settings.json", settings.body, changedAt: changed)
        return APIAnswer(
            contentType: "application/x-tar", headers: ["Content-Disposition": "attachment; filename=\"\(folder).tar\""],
            body: archive.finish())
    }

    private func watch<Format: WatchFormat>(_ request: APIRequest, _ format: Format) async throws(APIError) -> APIAnswer {
        let feed = SessionFeed(format), id = request.session
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
