internal import Framing
internal import Net
internal import Protocols
internal import Speech

/// A WebSocket route on which live audio comes in: any dialect.
struct LiveEndpoint: Endpoint {
    let dialect: LiveDialect

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let gateway = call.gateway
        let head = exchange.request
        let handshake = gateway.handshake(call)
        let voice = RefusalVoice(refuse: dialect.refuse)
        do throws(RefusalCause) {
            _ = try gateway.access.admit(head, credential: dialect.credential(head), peer: exchange.peer)
            let accepted: LiveHandshake
            switch dialect.accept(head, handshake) {
            case .success(let value): accepted = value
            case .failure(let refusal): return gateway.refuse(exchange, refusal, call)
            }
            let request = accepted.machine.request
            if request.separateChannels, case .container = request.format {
                throw .badRequest("Live channels are told apart only in raw audio: name encoding, sample_rate and channels.")
            }
            if let mode = head.headers["X-Harken-Mode"], mode.lowercased() != "failover" {
                throw .badRequest("The mode \"\(mode)\" is not available; failover is.")
            }
            let engines = try gateway.router.engines(for: .live, named: EngineChoice.engines(of: head), language: request.language)
            guard let engine = engines.first, let context = gateway.context(on: exchange.loop) else { throw .internalFault }
            if case .unavailable(let reason) = engine.status() { throw .unavailable(reason) }
            let plan = LiveSession.Plan(id: ID(call.id), dialect: dialect.name, handshake: accepted, engine: engine)
            let session = LiveSession(plan, context: context)
            let connection = exchange.acceptWebSocket(
                subprotocol: accepted.subprotocol, headers: accepted.headers, configuration: context.webSocket, handler: session)
            guard let connection else { return }
            gateway.metrics.answered(route: call.route, status: 101)
            session.start(connection)
        } catch {
            gateway.refuse(exchange, error, voice, call)
        }
    }
}
