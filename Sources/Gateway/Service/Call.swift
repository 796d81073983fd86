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
    ///
    /// - Parameter contentLength: length of the body in bytes; nil when it is not known.
    func begin(_ exchange: HTTPExchange, _ head: HTTPResponseHead, contentLength: Int? = nil) {
        responder.metrics.answered(route: route, status: head.status.code)
        exchange.begin(responder.completed(head, for: exchange.request), contentLength: contentLength)
    }

    /// Counts a request that has become a WebSocket.
    func upgraded() { responder.metrics.answered(route: route, status: 101) }

    /// Answers with an error.
    ///
    /// - Parameter reason: our own words for the log; nil when the status says enough.
    func reject(_ exchange: HTTPExchange, _ error: RequestError, _ renderer: ErrorRenderer, reason: String? = nil) {
        let response = renderer.render(error, handshake)
        if let reason {
            responder.log.rejection(
                "request refused", of: client.ip,
                [.request: id, .route: route, .status: "\(response.status.code)", .peer: "\(client)", .reason: reason],
                level: .warning)
            return send(response, exchange)
        }
        // `PreSessionHandler` handles wrong credentials in a WebSocket's messages.
        guard error == .unauthenticated, showsCredential(exchange.request) else { return reject(exchange, response) }
        rejectCredential(exchange, response, renderer)
    }

    /// Answers with the error for a wrong credential. The answer waits when the client's address has shown many wrong ones.
    func rejectCredential(_ exchange: HTTPExchange, _ response: ErrorResponse, _ renderer: ErrorRenderer) {
        responder.wrongCredentials.rejected(client.ip, on: exchange.loop) {
            reject(exchange, response)
        } turnAway: { wait in
            reject(exchange, renderer.render(.tooManyRequests(retryAfter: wait), handshake))
        }
    }

    func reject(_ exchange: HTTPExchange, _ response: ErrorResponse) {
        responder.log.rejection(
            "request refused", of: client.ip,
            [
                .request: id, .route: route, .method: exchange.request.method.nameInLogs, .status: "\(response.status.code)",
                .peer: "\(client)",
            ])
        send(response, exchange)
    }

    private func send(_ response: ErrorResponse, _ exchange: HTTPExchange) {
        answer(exchange, HTTPResponseHead(response.status, headers: response.headers), response.body)
    }
}
