internal import Admission
internal import Continuity
internal import Conversations
internal import Engines
internal import Framing
internal import Live
internal import Net
internal import Observability
internal import Protocols
internal import Settings
internal import Speech
internal import Synchronization
internal import Tracing

/// The endpoint of a WebSocket route for live audio, in any dialect.
struct LiveEndpoint: Endpoint {
    let dialect: LiveDialect
    let services: LiveServices

    func credential(in head: HTTPRequestHead) -> Credential? { LiveCredential.find(in: head, of: dialect) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let head = exchange.request
        do throws(RequestError) {
            try admitCaller(exchange, call)
            guard dialect.authentication != .opening || call.shown != nil else { return begin(exchange, nil, call) }
            let caller = try services.admission.authenticate(
                exchange, credential: call.shown, for: [.listen], opening: handshakeSession(of: head, call))
            let keys = try BYOKCredentials(head)
            let moved = movedSession(of: head, caller, on: exchange.loop), predecessor = predecessor(of: head, on: exchange.loop)
            Task {
                var liveCaller = LiveCaller(caller: caller, keys: keys), isThere = false
                if moved != nil {
                    // A gateway that has stood still finds requests of clients that have gone to another one meanwhile.
                    // Bytes that the loop has not read yet are read in its next turn.
                    await exchange.loop.run {}
                    isThere = await exchange.loop.run { exchange.isClientThere } ?? false
                }
                await ask(for: &liveCaller, isThere ? moved : nil, behind: predecessor)
                exchange.loop.execute { [liveCaller] in begin(exchange, liveCaller, call) }
            }
        } catch {
            reject(exchange, error, call)
        }
    }

    /// A caller whose key may open sessions, with the data for the decision about a grant.
    private struct LiveCaller: Sendable {
        var caller: AuthenticatedCaller
        var keys: BYOKCredentials
        /// State of the caller; nil when it was not read.
        var standing: CallerStanding?
        /// The session that the caller resumes, if it was at another gateway until now; the reason when this cannot be known now.
        var claimed: Result<SessionClaim, RequestError>?
        /// True if an earlier run of this gateway had the session that the caller resumes.
        var isEarlier = false
        /// The last words of the session that the caller goes on behind in a new one; nil: there is none, or nothing is hidden.
        var said: SaidBefore?

        var claim: SessionClaim? { if case .success(let claim)? = claimed { claim } else { nil } }
    }

    /// A session that a client wants to resume, and that another gateway or an earlier run of this one may have.
    private struct MovedSession: Sendable {
        var id: ID<Session>
        /// The sessions that wait for their clients here.
        var waiting: ResumableSessions
    }

    /// A session that a client goes on behind in a new one.
    private struct Predecessor: Sendable {
        var id: ID<Session>
        /// True if the client asks for redaction.
        var asksForRedaction: Bool
        /// The redaction that the operator demands; nil: none.
        var demand: RedactionDemand?
        /// The loop whose clock bounds the wait for the session's words.
        var loop: Loop

        /// True if words of the user's new session are hidden, so that the words before are needed.
        func isRead(for user: ID<User>) -> Bool { asksForRedaction || demand?.rule(for: user) != nil }
    }

    /// The session that the client wants to resume; nil: a new one.
    private func resumedSession(of head: HTTPRequestHead) -> ID<Session>? { session(in: "session_id", of: head) }

    /// The session that the client goes on behind in a new one; nil: there is none.
    private func predecessor(of head: HTTPRequestHead, on loop: Loop) -> Predecessor? {
        // The server of the protocol heeds it only in such sessions.
        guard head.query.first("ack").flatMap(ListenOptions.flag) == true, let id = session(in: "continues", of: head) else { return nil }
        let asks = head.query.all("redact").contains { !$0.isEmpty && $0 != "false" }
        let demand = services.contexts.context(on: loop)?.continuity.redaction
        return Predecessor(id: id, asksForRedaction: asks, demand: demand, loop: loop)
    }

    /// The session that a parameter names, in a protocol that resumes sessions; nil: there is none.
    private func session(in parameter: String, of head: HTTPRequestHead) -> ID<Session>? {
        dialect.resumes ? head.query.first(parameter).flatMap { $0.isEmpty ? nil : ID<Session>($0) } : nil
    }

    private func handshakeSession(of head: HTTPRequestHead, _ call: Call) -> HandshakeSession {
        HandshakeSession(new: ID(call.id), resumed: resumedSession(of: head))
    }

    /// The session that the client wants to resume, if another gateway or an earlier run may have it; nil: a new session, or one of this run.
    ///
    /// - Parameter caller: the caller; nil when the client identifies itself later.
    private func movedSession(of head: HTTPRequestHead, _ caller: AuthenticatedCaller?, on loop: Loop) -> MovedSession? {
        guard services.conversations.replicas != nil || services.recovery.earlierSessions.mayHave, let id = resumedSession(of: head),
            let waiting = services.contexts.context(on: loop)?.waiting
        else { return nil }
        if let user = caller?.user, waiting.find(id, of: user) != nil { return nil }
        return MovedSession(id: id, waiting: waiting)
    }

    private func ask(for liveCaller: inout LiveCaller, _ moved: MovedSession?, behind predecessor: Predecessor?) async {
        if let predecessor, predecessor.isRead(for: liveCaller.caller.user) {
            liveCaller.said = await services.recovery.said(in: predecessor.id, of: liveCaller.caller.user, on: predecessor.loop)
        }
        if let moved {
            let user = liveCaller.caller.user
            do throws(RequestError) {
                let taken = try await services.conversations.takeOver(moved.id, of: user) { moved.waiting.find(moved.id, of: user) != nil }
                liveCaller.claimed = taken.map { .success(SessionClaim($0, by: services.conversations)) }
                // When another gateway went on with the session, an earlier run of this one has a part only.
                let earlier = services.recovery.earlierSessions
                if taken == nil, earlier.mayHave, await !services.conversations.wentOnElsewhere(moved.id) {
                    liveCaller.isEarlier = await earlier.received(moved.id, of: user) != nil
                }
            } catch {
                liveCaller.claimed = .failure(error)
            }
        }
        var standing = await services.admission.standing(of: liveCaller.caller, liveCaller.keys, asksForUser: dialect.asksForUser)
        if dialect.asksForUser, let introductions = services.introductions {
            standing.user?.introduction = await introductions.introduction(of: liveCaller.caller.user)
        }
        liveCaller.standing = standing
    }

    /// Begins the WebSocket.
    ///
    /// - Parameter liveCaller: the caller; nil when the client identifies itself later.
    private func begin(_ exchange: HTTPExchange, _ liveCaller: LiveCaller?, _ call: Call) {
        let head = exchange.request
        do throws(RequestError) {
            guard let context = services.contexts.context(on: exchange.loop) else { throw .internalError }
            let accepted: LiveHandshake
            var handshake = call.handshake
            handshake.credentialLimit = liveCaller?.caller.sessionLimit
            handshake.credentialSettings = liveCaller?.caller.settings ?? []
            switch dialect.accept(head, handshake) {
            case .success(let value): accepted = value
            case .failure(let response): return call.reject(exchange, response)
            }
            _ = try ModeChoice.mode(of: head)
            switch accepted.start {
            case .session(let machine):
                let session = try session(machine, head, liveCaller, nil, call, context)
                let ignored = (session as? LiveSession)?.ignoredOptions ?? []
                guard let connection = upgrade(exchange, accepted, context, handler: session, ignored: ignored, call) else { return }
                use(liveCaller?.claim, for: session)
                session.start(connection)
            case .opening(let opening):
                // A client that shows a key in the handshake is rejected at once when the key cannot pay.
                let grant = try liveCaller.flatMap { liveCaller throws(RequestError) in try self.grant(liveCaller) }
                let entrance = try entrance(opening, head, liveCaller, grant, call, context)
                guard let connection = upgrade(exchange, accepted, context, handler: entrance, ignored: [], call) else { return }
                entrance.start(connection)
            }
        } catch {
            reject(exchange, error, call)
        }
    }

    /// Uses a claim for the session that begins with it.
    private func use(_ claim: SessionClaim?, for session: any LiveHandler) {
        if (session as? LiveSession)?.isShared == true { claim?.use() }
    }

    /// Makes the handler of a client whose first messages hold its request, and perhaps its credential.
    private func entrance(
        _ opening: any LiveHandshakeMachine, _ head: HTTPRequestHead, _ liveCaller: LiveCaller?, _ grant: Grant?, _ call: Call,
        _ context: LiveContext
    ) throws(RequestError) -> PreSessionHandler {
        let pending = PendingCaller()
        let keys = try BYOKCredentials(head)
        let opened = handshakeSession(of: head, call)
        @Sendable func admit(_ credential: ShownCredential?) throws(RequestError) -> LiveCaller {
            let caller = try services.admission.authenticate(
                head, credential: credential, peer: call.client.peer, for: [.listen], opening: opened)
            return LiveCaller(caller: caller, keys: keys)
        }
        let moved = movedSession(of: head, nil, on: context.loop), predecessor = predecessor(of: head, on: context.loop)
        return PreSessionHandler(
            opening, context: context, client: call.client, wrongCredentials: call.responder.wrongCredentials,
            prepare: { requested in
                let credential = pending.shown(requested.credential, to: services.admission)
                let prepare = services.admission.preparation(for: credential)
                guard liveCaller == nil || credential != nil else { return prepare }
                let load: @Sendable () async -> Void = {
                    guard case .success(var liveCaller) = pending.result.withLock({ $0 }) else { return }
                    await ask(for: &liveCaller, moved, behind: predecessor)
                    pending.result.withLock { [liveCaller] in $0 = .success(liveCaller) }
                }
                guard let prepare else {
                    pending.admit { () throws(RequestError) in try admit(credential) }
                    // A caller who is not admitted is rejected at once.
                    return pending.isAdmitted ? load : nil
                }
                return {
                    await prepare()
                    pending.admit { () throws(RequestError) in try admit(credential) }
                    await load()
                }
            },
            make: { requested throws(RequestError) in
                if let liveCaller, requested.credential == nil { return try session(requested.machine, head, liveCaller, grant, call, context) }
                let known = pending.result.withLock { $0 }
                let liveCaller = if let known { try known.get() } else { try admit(pending.shown(requested.credential, to: services.admission)) }
                let session = try session(requested.machine, head, liveCaller, nil, call, context)
                use(liveCaller.claim, for: session)
                return session
            })
    }

    /// The caller that a client's message named, or the error for that caller, once known.
    private final class PendingCaller: Sendable {
        let result = Mutex<Result<LiveCaller, RequestError>?>(nil)
        private let shown = Mutex<ShownCredential?>(nil)

        var isAdmitted: Bool { result.withLock { if case .success = $0 { true } else { false } } }

        /// Returns the credential of the client's message with its code, which is made once.
        func shown(_ credential: Credential?, to admission: Admission) -> ShownCredential? {
            shown.withLock { shown in
                if shown?.credential != credential { shown = admission.shown(credential) }
                return shown
            }
        }

        func admit(_ body: () throws(RequestError) -> LiveCaller) {
            let outcome = Result { () throws(RequestError) in try body() }
            result.withLock { $0 = outcome }
        }
    }

    /// Rejects a caller for reasons that do not depend on the credential, which the caller shows later.
    private func admitCaller(_ exchange: HTTPExchange, _ call: Call) throws(RequestError) {
        let head = exchange.request
        try services.admission.admitUnknown(head, peer: exchange.peer)
        guard call.responder.origins.allowsWebSocket(head) else { throw .forbidden("Pages of this origin may not call here.") }
        if dialect.needsTLS, !call.client.isSecure, !services.allowsPlainTokens, !call.client.ip.isLoopback {
            throw .forbidden("Connect with wss://: a token would travel in plain text.")
        }
    }

    /// Returns the handler for a new session, or for the return to a session that waits for its client.
    ///
    /// - Parameter grant: the grant; nil when none was made yet.
    private func session(
        _ machine: any LiveServerMachine, _ head: HTTPRequestHead, _ liveCaller: LiveCaller?, _ grant: Grant?, _ call: Call, _ context: LiveContext
    ) throws(RequestError) -> any LiveHandler {
        guard let liveCaller else { throw .internalError }
        if let only = liveCaller.caller.resumes, (machine as? any ResumableDialect)?.resume?.session != only { throw .unauthenticated }
        // A session that waits for its client has a grant already.
        let user = liveCaller.caller.user
        if let returning = machine as? any ResumableDialect, let resume = returning.resume {
            if let session = context.waiting.find(resume.session, of: user) { return SessionResumer(returning, resume, session) }
            if case .failure(let error)? = liveCaller.claimed { throw error }
            if !goesOn(machine, resume, liveCaller.claim) { return resumer(of: returning, resume, liveCaller) }
        }
        let grant = if let grant { grant } else { try self.grant(liveCaller) }
        var machine = machine
        let known = liveCaller.standing?.user
        if let known, var personal = machine as? any ConversationDialect {
            personal.adopt(known.choices)
            machine = personal
        }
        if machine.request.workload == .pushToTalk, let wait = context.voiceBudget.wait(for: user, now: call.now) {
            throw .tooManyRequests(retryAfter: wait)
        }
        var plan = try plan(machine, head, grant, call)
        if let known { plan.choices = known.choices }
        plan.taken = liveCaller.claim?.taken
        // This gateway does not know what was said at another one.
        plan.said = liveCaller.said ?? liveCaller.claim.map { _ in SaidBefore() }
        // The client was not told where to go on, and may begin before the last words.
        if (machine as? any ResumableDialect)?.predecessor == nil { plan.said = plan.said?.withUnknownEnd }
        if (machine as? any ConversationDialect)?.conversation?.usesProfile == true { plan.introduction = known?.introduction ?? [] }
        return LiveSession(plan, context: context)
    }

    /// Returns the handler for the return to a session that is over here.
    private func resumer(of machine: any ResumableDialect, _ resume: LiveResume, _ liveCaller: LiveCaller) -> SessionResumer {
        guard liveCaller.isEarlier else { return SessionResumer(machine, resume, nil) }
        // A ticket of one session opens no other, and whoever has no credit opens none: the recovery then has all of the audio.
        let mayGoOn = liveCaller.caller.resumes == nil && (try? grant(liveCaller)) != nil
        let kept = mayGoOn ? machine.keptAudio : nil
        let interrupted = InterruptedSession(resume.session, of: liveCaller.caller.user, keptFrom: kept, recovery: services.recovery)
        return SessionResumer(machine, resume, nil, interrupted: interrupted)
    }

    /// True if the claimed session can go on where the client says.
    private func goesOn(_ machine: any LiveServerMachine, _ resume: LiveResume, _ claim: SessionClaim?) -> Bool {
        guard let claim, case .raw(_, let rate, let channels) = machine.request.format else { return claim != nil && resume.start >= .zero }
        return claim.taken.goesOn(at: resume.start, rate, channels: machine.request.separateChannels ? channels : 1)
    }

    private func grant(_ liveCaller: LiveCaller) throws(RequestError) -> Grant {
        try services.admission.grant(
            to: liveCaller.caller, liveCaller.keys, liveCaller.standing, for: .live, goesOn: liveCaller.claim != nil)
    }

    /// Returns the plan of a session: the engines that serve the session, and their mode.
    private func plan(
        _ machine: any LiveServerMachine, _ head: HTTPRequestHead, _ grant: Grant, _ call: Call
    ) throws(RequestError) -> LiveSession.Plan {
        // The key may have been revoked while the client was silent.
        guard grant.isValid else { throw .unauthenticated }
        var request = machine.request
        if request.separateChannels, case .container = request.format {
            throw .badRequest("Live channels need raw audio: give encoding, sample_rate and channels.")
        }
        let named = request.engines.isEmpty ? EngineChoice.engines(of: head) : request.engines
        let personal = machine as? any ConversationDialect
        let bringsTranscript = personal?.conversation?.takesTranscripts == true
        let engines: [EngineEntry] =
            if bringsTranscript {
                [NullEngine.entry]
            } else {
                try grant.engines(for: &request, named: named, preferred: personal?.preferredEngine)
            }
        let usable = engines.filter { if case .unavailable = $0.status() { false } else { true } }
        // An engine's own error, because its text is then written for callers.
        if usable.isEmpty, let first = engines.first, case .unavailable(let reason) = first.status() {
            throw .engine(.unavailable(reason), by: first.name, payer: grant.payer)
        }
        let asked = bringsTranscript ? nil : try ModeChoice.mode(of: head)
        if let asked { try ModeChoice.check(asked, usable) }
        let id = ID<Session>(call.id)
        let mode = asked ?? services.modes.mode(of: id, by: grant.user, engines: usable.count)
        let room = try services.admission.room(for: usable, mode, channels: request.channelCount, isKept: personal?.conversation != nil)
        return LiveSession.Plan(
            id: id, started: call.now, dialect: dialect.name, machine: machine, request: request, engines: usable, mode: mode, grant: grant,
            room: room, caller: services.isTraced ? TraceParent(head.headers) : nil)
    }

    private func upgrade(
        _ exchange: HTTPExchange, _ handshake: LiveHandshake, _ context: LiveContext, handler: any WebSocketHandler, ignored: [String], _ call: Call
    ) -> WebSocketConnection? {
        var configuration = context.webSocket
        if let most = dialect.maxMessageBytes { configuration.maxMessageByteCount = most }
        var headers = handshake.headers
        headers.add("X-Harken-Session", call.id)
        if let names = IgnoredOptions.value(ignored) { headers.add(IgnoredOptions.header, names) }
        let connection = exchange.acceptWebSocket(
            subprotocol: handshake.subprotocol ?? SubprotocolCredential.selected(of: exchange.request), headers: headers,
            configuration: configuration, handler: handler)
        if connection != nil { call.upgraded() }
        return connection
    }

    private func reject(_ exchange: HTTPExchange, _ error: RequestError, _ call: Call) {
        let head = exchange.request
        var handshake = call.handshake
        handshake.isPageThatReturns = resumedSession(of: head) != nil && head.query.first(LiveCredential.ticket) != nil
        guard let inBand = dialect.inBandError(error, handshake), let context = services.contexts.context(on: exchange.loop) else {
            return call.reject(exchange, error, ErrorRenderer(render: dialect.errorResponse))
        }
        call.responder.log.rejection(
            "live session refused", of: call.client.ip,
            [.request: call.id, .route: call.route, .code: "\(inBand.code)", .peer: "\(call.client)"])
        guard error == .unauthenticated, call.shown != nil else { return reject(exchange, inBand, context, call) }
        call.responder.wrongCredentials.rejected(call.client.ip, on: exchange.loop) {
            reject(exchange, inBand, context, call)
        } turnAway: { wait in
            call.reject(exchange, .tooManyRequests(retryAfter: wait), ErrorRenderer(render: dialect.errorResponse))
        }
    }

    private func reject(_ exchange: HTTPExchange, _ error: InBandError, _ context: LiveContext, _ call: Call) {
        let connection = exchange.acceptWebSocket(
            subprotocol: SubprotocolCredential.selected(of: exchange.request), headers: HTTPHeaders(), configuration: context.webSocket,
            handler: RejectedClient())
        guard let connection else { return }
        call.upgraded()
        for message in error.messages { connection.send(text: message) }
        guard error.pause > .zero else { return connection.close(code: error.code, reason: error.reason) }
        // The timer keeps the connection, which may be closed by then.
        _ = context.loop.schedule(at: context.loop.now + error.pause) { connection.close(code: error.code, reason: error.reason) }
    }
}
