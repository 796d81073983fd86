internal import Continuity
internal import Conversations
internal import Framing
internal import Net
internal import Protocols
internal import Speech
internal import Tracing

/// A WebSocket route on which live audio comes in: any dialect.
struct LiveEndpoint: Endpoint {
    let dialect: LiveDialect

    func credential(in head: HTTPRequestHead) -> Credential? { LiveCredential.find(in: head, of: dialect) }

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let gateway = call.gateway
        let head = exchange.request
        do throws(RefusalCause) {
            guard let context = gateway.context(on: exchange.loop) else { throw .internalFault }
            try admitCaller(exchange, gateway)
            let shown = credential(in: head)
            let waitsForCredential = dialect.authentication == .opening && shown == nil
            let admission = waitsForCredential ? nil : try gateway.access.admit(head, credential: shown, peer: exchange.peer)
            try admission?.caller.check(.listen)
            let accepted: LiveHandshake
            var handshake = gateway.handshake(call)
            handshake.credentialLimit = admission?.sessionLimit
            handshake.credentialSettings = admission?.settings ?? []
            switch dialect.accept(head, handshake) {
            case .success(let value): accepted = value
            case .failure(let refusal): return gateway.refuse(exchange, refusal, call)
            }
            _ = try ModeChoice.mode(of: head)
            switch accepted.start {
            case .session(let machine):
                let session = try session(machine, head, admission, nil, call, context)
                guard let connection = upgrade(exchange, accepted, context, handler: session, call) else { return }
                session.start(connection)
            case .opening(let opening):
                let peer = exchange.peer
                // Who shows a key with the handshake hears at once that it cannot pay.
                let payer = try admission.flatMap { admission throws(RefusalCause) in try gateway.payer(admission, for: .listen) }
                let prepare = { (beginning: LiveBeginning) in gateway.access.preparation(for: beginning.credential) }
                let entrance = LiveEntrance(opening, context: context, prepare: prepare) { beginning throws(RefusalCause) in
                    guard waitsForCredential || beginning.credential != nil else {
                        return try session(beginning.machine, head, admission, payer, call, context)
                    }
                    let admission = try gateway.access.admit(head, credential: beginning.credential, peer: peer)
                    try admission.caller.check(.listen)
                    return try session(beginning.machine, head, admission, nil, call, context)
                }
                guard let connection = upgrade(exchange, accepted, context, handler: entrance, call) else { return }
                entrance.start(connection)
            }
        } catch {
            refuse(exchange, error, call)
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
        _ machine: any LiveServerMachine, _ head: HTTPRequestHead, _ admission: Access.Admission?, _ payer: KeyUse?, _ call: Call,
        _ context: LiveContext
    ) throws(RefusalCause) -> any LiveHandler {
        // The session that waits has its payer.
        if let resume = machine.resume {
            return ReturningClient(machine, resume, context.waiting.find(resume.session, of: admission?.caller.user ?? .local))
        }
        var payer = payer
        if payer == nil, let admission { payer = try call.gateway.payer(admission, for: .listen) }
        return LiveSession(try plan(machine, head, payer, call), context: context)
    }

    /// Who serves it, and how.
    private func plan(
        _ machine: any LiveServerMachine, _ head: HTTPRequestHead, _ payer: KeyUse?, _ call: Call
    ) throws(RefusalCause) -> LiveSession.Plan {
        // It may have been taken back while the client was silent.
        if let payer, !payer.account.isValid { throw .unauthenticated }
        let request = machine.request
        if request.separateChannels, case .container = request.format {
            throw .badRequest("Live channels are told apart only in raw audio: name encoding, sample_rate and channels.")
        }
        let named = request.engines.isEmpty ? EngineChoice.engines(of: head) : request.engines
        let bringsTranscript = machine.conversation?.takesTranscripts == true
        let engines =
            bringsTranscript
            ? [QuietEngine.entry]
            : try call.gateway.router.engines(for: .live, named: named, preferred: machine.preferredEngine, language: request.language)
        let usable = engines.filter { if case .unavailable = $0.status() { false } else { true } }
        if usable.isEmpty, case .unavailable(let reason)? = engines.first?.status() { throw .unavailable(reason) }
        let asked = bringsTranscript ? nil : try ModeChoice.mode(of: head)
        if let asked { try ModeChoice.check(asked, usable) }
        let id = ID<Session>(call.id)
        return LiveSession.Plan(
            id: id, started: call.gateway.now(), dialect: dialect.name, machine: machine, engines: usable,
            mode: asked ?? call.gateway.configuration.modes.mode(of: id, engines: usable.count), payer: payer,
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
