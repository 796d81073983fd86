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
}
