internal import Continuity
internal import Conversations
internal import Framing
internal import Net
internal import Protocols
internal import Speech
internal import Synchronization
internal import Tracing

/// A WebSocket route on which live audio comes in: any dialect.
struct LiveEndpoint: Endpoint {
    let dialect: LiveDialect

    func credential(in head: HTTPRequestHead) -> Credential? { LiveCredential.find(in: head, of: dialect) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let gateway = call.gateway
        let head = exchange.request
        do throws(RefusalCause) {
            try admitCaller(exchange, gateway)
            let shown = credential(in: head)
            guard dialect.authentication != .opening || shown != nil else { return begin(exchange, nil, call) }
            let admission = try gateway.access.admit(head, credential: shown, peer: exchange.peer)
            try admission.caller.check(.listen)
            guard asksForUser(head) else { return begin(exchange, Visitor(admission), call) }
            Task {
                let visitor = Visitor(admission, await known(admission.caller.user, to: gateway))
                exchange.loop.execute { begin(exchange, visitor, call) }
            }
        } catch {
            refuse(exchange, error, call)
        }
    }

    /// Who may come in, and what is known of them.
    private struct Visitor: Sendable {
        var admission: Access.Admission
        /// nil: it was not asked for.
        var known: KnownUser?

        init(_ admission: Access.Admission, _ known: KnownUser? = nil) {
            self.admission = admission
            self.known = known
        }
    }

    /// Keys of their own are compared with those that they enrolled.
    private func asksForUser(_ head: HTTPRequestHead) -> Bool { dialect.asksForUser || !OwnKey.find(in: head).isEmpty }

    private func known(_ user: ID<User>, to gateway: GatewayService) async -> KnownUser {
        var known = await KnownUser(user, in: gateway.conversations.store)
        if dialect.asksForUser, gateway.configuration.sendsProfiles { known.introduction = await gateway.speechProfiles.introduction(of: user) }
        return known
    }

    /// - Parameter visitor: nil: the client says later who it is.
    private func begin(_ exchange: HTTPExchange, _ visitor: Visitor?, _ call: Call) {
        let gateway = call.gateway
        let head = exchange.request
        do throws(RefusalCause) {
            guard let context = gateway.context(on: exchange.loop) else { throw .internalFault }
            let accepted: LiveHandshake
            var handshake = gateway.handshake(call)
            handshake.credentialLimit = visitor?.admission.sessionLimit
            handshake.credentialSettings = visitor?.admission.settings ?? []
            switch dialect.accept(head, handshake) {
            case .success(let value): accepted = value
            case .failure(let refusal): return gateway.refuse(exchange, refusal, call)
            }
            _ = try ModeChoice.mode(of: head)
            switch accepted.start {
            case .session(let machine):
                let session = try session(machine, head, visitor, nil, call, context)
                guard let connection = upgrade(exchange, accepted, context, handler: session, call) else { return }
                session.start(connection)
            case .opening(let opening):
                // Who shows a key with the handshake hears at once that it cannot pay.
                let payer = try visitor.flatMap { visitor throws(RefusalCause) in try gateway.payer(visitor.admission, for: .listen) }
                let entrance = entrance(opening, head, exchange.peer, visitor, payer, call, context)
                guard let connection = upgrade(exchange, accepted, context, handler: entrance, call) else { return }
                entrance.start(connection)
            }
        } catch {
            refuse(exchange, error, call)
        }
    }

    /// For a client whose first messages say what it wants, and perhaps who it is.
    private func entrance(
        _ opening: any LiveOpening, _ head: HTTPRequestHead, _ peer: SocketAddress, _ visitor: Visitor?, _ payer: KeyUse?, _ call: Call,
        _ context: LiveContext
    ) -> LiveEntrance {
        let gateway = call.gateway
        let arrival = Arrival()
        @Sendable func admit(_ credential: Credential?) throws(RefusalCause) -> Visitor {
            let admission = try gateway.access.admit(head, credential: credential, peer: peer)
            try admission.caller.check(.listen)
            return Visitor(admission)
        }
        let asksForUser = asksForUser(head)
        return LiveEntrance(
            opening, context: context,
            prepare: { beginning in
                let credential = beginning.credential
                let prepare = gateway.access.preparation(for: credential)
                guard asksForUser, visitor == nil || credential != nil else { return prepare }
                let load: @Sendable () async -> Void = {
                    guard case .success(var visitor) = arrival.result.withLock({ $0 }) else { return }
                    visitor.known = await known(visitor.admission.caller.user, to: gateway)
                    arrival.result.withLock { [visitor] in $0 = .success(visitor) }
                }
                guard let prepare else {
                    arrival.admit { () throws(RefusalCause) in try admit(credential) }
                    // Who is not let in is told at once.
                    return arrival.isAdmitted ? load : nil
                }
                return {
                    await prepare()
                    arrival.admit { () throws(RefusalCause) in try admit(credential) }
                    await load()
                }
            },
            make: { beginning throws(RefusalCause) in
                if let visitor, beginning.credential == nil { return try session(beginning.machine, head, visitor, payer, call, context) }
                let arrived = arrival.result.withLock { $0 }
                let visitor = if let arrived { try arrived.get() } else { try admit(beginning.credential) }
                return try session(beginning.machine, head, visitor, nil, call, context)
            })
    }

    /// Who it was that a client's message named, once that is known.
    private final class Arrival: Sendable {
        let result = Mutex<Result<Visitor, RefusalCause>?>(nil)

        var isAdmitted: Bool { result.withLock { if case .success = $0 { true } else { false } } }

        func admit(_ body: () throws(RefusalCause) -> Visitor) {
            let outcome = Result { () throws(RefusalCause) in try body() }
            result.withLock { $0 = outcome }
        }
    }

    /// What can be said of a caller before it shows a credential.
    private func admitCaller(_ exchange: HTTPExchange, _ gateway: GatewayService) throws(RefusalCause) {
        let head = exchange.request
        try gateway.access.admitUnknown(head, peer: exchange.peer)
        guard gateway.takes(origin: head) else { throw .forbidden("Pages of this origin may not call here.") }
        if dialect.needsTLS, !exchange.isSecure, !gateway.configuration.allowsPlainTokens, !LoopbackHost.matches(exchange.peer.ip.description) {
            throw .forbidden("Connect with wss://: a token would travel in plain text.")
        }
    }

    /// A new session, or the way back to one that waits.
    ///
    /// - Parameter payer: nil: not opened yet.
    private func session(
        _ machine: any LiveServerMachine, _ head: HTTPRequestHead, _ visitor: Visitor?, _ payer: KeyUse?, _ call: Call, _ context: LiveContext
    ) throws(RefusalCause) -> any LiveHandler {
        // The session that waits has its payer.
        let user = visitor?.admission.caller.user ?? .local
        if let resume = machine.resume { return ReturningClient(machine, resume, context.waiting.find(resume.session, of: user)) }
        var payer = payer
        if payer == nil, let visitor { payer = try call.gateway.payer(visitor.admission, for: .listen) }
        var machine = machine
        if let known = visitor?.known { machine.adopt(known.choices) }
        if machine.request.workload == .pushToTalk, let wait = context.voiceBudget.wait(for: user, now: call.gateway.now()) {
            throw .tooManyRequests(retryAfter: wait)
        }
        let own = OwnKey.find(in: head)
        try visitor?.known?.check(own)
        var plan = try plan(machine, head, payer, own, call)
        plan.audioDays = visitor?.known?.choices.audioDays
        if machine.conversation?.usesProfile == true { plan.introduction = visitor?.known?.introduction ?? [] }
        return LiveSession(plan, context: context)
    }

    /// Who serves it, and how.
    private func plan(
        _ machine: any LiveServerMachine, _ head: HTTPRequestHead, _ payer: KeyUse?, _ own: [OwnKey], _ call: Call
    ) throws(RefusalCause) -> LiveSession.Plan {
        // It may have been taken back while the client was silent.
        if let payer, !payer.account.isValid { throw .unauthenticated }
        let request = machine.request
        if request.separateChannels, case .container = request.format {
            throw .badRequest("Live channels are told apart only in raw audio: name encoding, sample_rate and channels.")
        }
        let named = request.engines.isEmpty ? EngineChoice.engines(of: head) : request.engines
        let bringsTranscript = machine.conversation?.takesTranscripts == true
        let engines: [EngineEntry] =
            if bringsTranscript {
                [QuietEngine.entry]
            } else if own.isEmpty {
                try call.gateway.router.engines(for: .live, named: named, preferred: machine.preferredEngine, language: request.language)
            } else {
                try call.gateway.engines(by: own, named: named, language: request.language)
            }
        let usable = engines.filter { if case .unavailable = $0.status() { false } else { true } }
        if usable.isEmpty, case .unavailable(let reason)? = engines.first?.status() { throw .unavailable(reason) }
        let asked = bringsTranscript ? nil : try ModeChoice.mode(of: head)
        if let asked { try ModeChoice.check(asked, usable) }
        let id = ID<Session>(call.id)
        return LiveSession.Plan(
            id: id, started: call.gateway.now(), dialect: dialect.name, machine: machine, engines: usable,
            mode: asked ?? call.gateway.configuration.modes.mode(of: id, engines: usable.count), payer: payer,
            isByOwnKeys: !own.isEmpty && !bringsTranscript,
            caller: call.gateway.tracer == nil ? nil : TraceParent(head.headers))
    }

    private func upgrade(
        _ exchange: HTTPExchange, _ handshake: LiveHandshake, _ context: LiveContext, handler: any WebSocketHandler, _ call: Call
    ) -> WebSocketConnection? {
        var configuration = context.webSocket
        if let most = dialect.mostMessageBytes { configuration.maximumMessageByteCount = most }
        var headers = handshake.headers
        headers.add("X-Harken-Session", call.id)
        let connection = exchange.acceptWebSocket(
            subprotocol: handshake.subprotocol ?? SubprotocolCredential.selected(of: exchange.request), headers: headers,
            configuration: configuration, handler: handler)
        if connection != nil { call.gateway.metrics.answered(route: call.route, status: 101) }
        return connection
    }

    private func refuse(_ exchange: HTTPExchange, _ cause: RefusalCause, _ call: Call) {
        let gateway = call.gateway
        let handshake = gateway.handshake(call)
        guard let refusal = dialect.refuseInBand(cause, handshake), let context = gateway.context(on: exchange.loop) else {
            return gateway.refuse(exchange, cause, RefusalVoice(refuse: dialect.refuse), call)
        }
        gateway.log.info("live session refused", [.request: call.id, .route: call.route, .code: "\(refusal.code)", .peer: "\(exchange.peer)"])
        let connection = exchange.acceptWebSocket(
            subprotocol: SubprotocolCredential.selected(of: exchange.request), headers: HTTPHeaders(), configuration: context.webSocket,
            handler: RefusedClient())
        guard let connection else { return }
        gateway.metrics.answered(route: call.route, status: 101)
        for message in refusal.messages { connection.send(text: message) }
        guard refusal.pause > .zero else { return connection.close(code: refusal.code, reason: refusal.reason) }
        // The timer holds the connection, which may be over by then.
        _ = context.loop.schedule(at: context.loop.now + refusal.pause) { connection.close(code: refusal.code, reason: refusal.reason) }
    }
}
