internal import Admission
internal import Framing
internal import Net
internal import Observability
internal import Protocols
internal import Speech

/// One request to the gateway, with the functions that answer it. Requests are answered on the exchange's loop.
struct Call: Sendable {
    /// Id of the request in answers and in the log: a UUID.
    let id: String
    /// The route's name in metrics and logs.
    let route: String
    let client: ClientAddress
    let responder: Responder
    /// The endpoint that answers the request; nil when the request's path has none.
    var endpoint: (any Endpoint)?

    var now: UnixTime { responder.now() }

    /// The facts about the request and the gateway that a protocol's own code may see.
    var handshake: HandshakeContext { responder.handshake(of: id) }

    /// True if the request has a credential where its endpoint looks for one.
    func showsCredential(_ head: HTTPRequestHead) -> Bool { endpoint?.credential(in: head) != nil }

    func answer(_ exchange: HTTPExchange, _ head: HTTPResponseHead, _ body: [UInt8] = []) {
        responder.metrics.answered(route: route, status: head.status.code)
        exchange.respond(responder.completed(head, for: exchange.request), body: body)
    }

    /// Begins an answer whose body comes in pieces.
    func begin(_ exchange: HTTPExchange, _ head: HTTPResponseHead) {
        responder.metrics.answered(route: route, status: head.status.code)
        exchange.begin(responder.completed(head, for: exchange.request))
    }

    /// Counts a request that has become a WebSocket.
    func upgraded() { responder.metrics.answered(route: route, status: 101) }

    /// Answers with a refusal.
    ///
    /// - Parameter reason: our own words for the log; nil when the status says enough.
    func refuse(_ exchange: HTTPExchange, _ cause: RefusalCause, _ voice: RefusalVoice, reason: String? = nil) {
        let refusal = voice.refuse(cause, handshake)
        if let reason {
            responder.log.refusal(
                "request refused", of: client.ip,
                [.request: id, .route: route, .status: "\(refusal.status.code)", .peer: "\(client)", .reason: reason],
                level: .warning)
            return send(refusal, exchange)
        }
        // `PreSessionHandler` handles wrong credentials in a WebSocket's messages.
        guard cause == .unauthenticated, showsCredential(exchange.request) else { return refuse(exchange, refusal) }
        responder.wrongCredentials.refused(client.ip, on: exchange.loop) {
            refuse(exchange, refusal)
        } turnAway: { wait in
            refuse(exchange, voice.refuse(.tooManyRequests(retryAfter: wait), handshake))
        }
    }

    func refuse(_ exchange: HTTPExchange, _ refusal: Refusal) {
        responder.log.refusal(
            "request refused", of: client.ip,
            [
                .request: id, .route: route, .method: exchange.request.method.nameInLogs, .status: "\(refusal.status.code)",
                .peer: "\(client)",
            ])
        send(refusal, exchange)
    }

    private func send(_ refusal: Refusal, _ exchange: HTTPExchange) {
        answer(exchange, HTTPResponseHead(refusal.status, headers: refusal.headers), refusal.body)
    }
}
