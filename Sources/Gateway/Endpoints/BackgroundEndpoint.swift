internal import Admission
internal import Conversations
internal import Framing
internal import Live
internal import Net
internal import Protocols
internal import RecordingAssembly
internal import Recordings
internal import Speech
internal import Store

/// The endpoint for background work: recordings that come in chunks (`/v2/desktop/…`), and files of devices that were offline
/// (`/v2/sync-local-files`).
struct BackgroundEndpoint: Endpoint {
    enum Action: Sendable, CaseIterable { case capabilities, start, transcribe, finish, sync, syncState }

    static let renderer = ErrorRenderer { error, _ in ChunkedRecordingError(error).response }

    let action: Action
    let recordings: RecordingServices

    static func routes(_ recordings: RecordingServices) -> [Route] {
        Action.allCases.map { Route(.http, $0.method, $0.path, renderer: renderer, BackgroundEndpoint(action: $0, recordings: recordings)) }
    }

    func credential(in head: HTTPRequestHead) -> Credential? { HarkenCredential.find(in: head) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        do throws(RequestError) {
            let caller = try recordings.admission.authenticate(exchange, credential: call.shown, for: [.transcribe])
            Task { await run(exchange, caller, call) }
        } catch {
            call.reject(exchange, error, Self.renderer)
        }
    }

    private func run(_ exchange: HTTPExchange, _ caller: AuthenticatedCaller, _ call: Call) async {
        do throws(ChunkedRecordingError) {
            let keys = try await ChunkedRecordingError.heard { () throws(RequestError) in try BYOKCredentials(exchange.request) }
            /// Returns the grant that recognition needs. Actions that only read, or end a recording, need none.
            func grant() async throws(ChunkedRecordingError) -> Grant {
                try await ChunkedRecordingError.heard { () throws(RequestError) in
                    try await recordings.admission.admit(caller, keys, for: .recording)
                }
            }
            try await ChunkedRecordingError.heard { () throws(RequestError) in try await recordings.admission.check(keys, of: caller.user) }
            if let after = await recordings.chunked.take(action.policy, by: caller.user) {
                throw ChunkedRecordingError(.tooManyRequests, "rate_limited", "Rate limit exceeded for \(action.policy.name)", retryAfter: after)
            }
            let body: [UInt8]
            var ignored: [String] = []
            var headers: HTTPHeaders = ["Content-Type": "application/json", "Cache-Control": "no-store"]
            switch action {
            case .capabilities:
                body = BackgroundAnswer.capabilities(BackgroundReport(recordings.settings.routing, keys: recordings.admission.routingKeys(keys)))
            case .start:
                let answer = try await start(exchange, caller, grant())
                body = answer.body
                ignored = answer.ignored
            case .transcribe:
                let answer = try await BackgroundChunk(caller: caller, grant: grant(), id: call.id, services: recordings).run(exchange)
                RecordingNotices.add(answer.notices, to: &headers)
                body = answer.body
                ignored = answer.ignored
            case .finish: body = try await finish(exchange, caller)
            case .sync:
                let answer = try await SyncRequest(caller: caller, id: call.id, services: recordings).accept(exchange, by: grant())
                body = answer.body
                ignored = answer.ignored
            case .syncState: body = try await SyncRequest(caller: caller, id: call.id, services: recordings).state(exchange)
            }
            if let names = IgnoredOptions.value(ignored) { headers.set(IgnoredOptions.header, names) }
            let head = HTTPResponseHead(action == .sync ? .accepted : .ok, headers: headers)
            exchange.loop.execute { call.answer(exchange, head, body) }
        } catch {
            exchange.loop.execute { call.reject(exchange, error.response) }
        }
    }

    private func start(
        _ exchange: HTTPExchange, _ caller: AuthenticatedCaller, _ grant: Grant
    ) async throws(ChunkedRecordingError) -> (body: [UInt8], ignored: [String]) {
        let bytes = try await ChunkedRecordingError.heard { () throws(RequestError) in try await exchange.smallBody(limit: 1 << 16) }
        let request = try ChunkedRecordingStart(bytes, now: recordings.now())
        // A language that the caller's chunks could not be recognized in is refused at once.
        try await ChunkedRecordingError.heard { () throws(RequestError) in
            var options = RecognitionOptions(language: request.language)
            try grant.limitLanguages(of: &options)
        }
        let place = ChunkedRecordings.Place(user: caller.user, conversation: request.chosen ?? recordings.newID())
        if request.chosen == nil {
            try await recordings.chunked.begin(
                place, language: request.language, source: request.source, started: request.started, recordings)
        } else {
            try await recordings.chunked.beginChosen(
                place, language: request.language, source: request.source, started: request.started, recordings)
        }
        if !request.title.isEmpty { _ = try await recordings.chunked.setTitle(place, request.title, recordings) }
        return (BackgroundAnswer.started(place.conversation), request.ignored)
    }

    private func finish(_ exchange: HTTPExchange, _ caller: AuthenticatedCaller) async throws(ChunkedRecordingError) -> [UInt8] {
        let parts = exchange.request.path.split(separator: "/")
        guard parts.count == 5 else { throw .notFound }
        let place = ChunkedRecordings.Place(user: caller.user, conversation: String(parts[3]))
        guard let conversation = try await recordings.chunked.finish(place, recordings) else {
            return BackgroundAnswer.discarded(place.conversation)
        }
        let store = recordings.conversations.store
        let (people, voices) = try await ChunkedRecordingError.stored { () throws(StoreError) in
            (try await store.people(of: caller.user), try await store.voices(of: caller.user))
        }
        var json = JSONWriter(capacity: 65_536)
        ConversationDocument(conversation, people: people, voices: voices).write(to: &json)
        return json.bytes
    }
}

extension BackgroundEndpoint.Action {
    var method: HTTPMethod { self == .capabilities || self == .syncState ? .get : .post }

    var path: String {
        switch self {
        case .capabilities: "/v2/desktop/capabilities"
        case .start: "/v2/desktop/background-conversation/start"
        case .transcribe: "/v2/desktop/background-transcribe"
        case .finish: "/v2/desktop/background-conversation/{id}/finish"
        case .sync: SyncRequest.path
        case .syncState: SyncRequest.path + "/{id}"
        }
    }

    /// Maximum rate of one user's requests. A client that sends a chunk every 14.5 s, with retries and after an offline time, stays far below.
    var policy: RateLimiter.Policy {
        switch self {
        case .capabilities: RateLimiter.Policy("desktop:capabilities", limit: 600)
        case .start: RateLimiter.Policy("desktop:background_conversation_start", limit: 60)
        case .transcribe: RateLimiter.Policy("desktop:background_transcribe", limit: 600)
        case .finish: RateLimiter.Policy("desktop:background_conversation_finish", limit: 60)
        case .sync: RateLimiter.Policy("sync:local_files", limit: 120)
        // A client asks every three seconds, for some jobs at once.
        case .syncState: RateLimiter.Policy("sync:local_files_state", limit: 6_000)
        }
    }
}
