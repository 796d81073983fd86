internal import API
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
    /// Time when the request came.
    let start = Instant.now
    /// The caller's credential: from the place where the request's endpoint looks for one, or the login of the gateway's page; nil when there is none.
    var shown: ShownCredential?
    /// True if success means that something is deleted whose bytes leave the files a little later.
    var erases = false

    /// The route of a request whose path or method nothing serves.
    static let noRoute = "none"

    var now: UnixTime { responder.now() }

    /// True if the caller's program shows a credential. A login that has ended is no attempt to guess a key.
    private var showsCredential: Bool { shown.map { $0.credential.place != .cookie } ?? false }

    /// The facts about the request and the gateway that a protocol's own code may see.
    var handshake: HandshakeContext { responder.handshake(of: id) }

    func answer(_ exchange: HTTPExchange, _ head: HTTPResponseHead, _ body: [UInt8] = []) {
        log(exchange, head.status)
        send(exchange, marked(head), body)
    }

    /// Returns the head of an answer. After a deletion it names the operation that tells when the data has left the files.
    private func marked(_ head: HTTPResponseHead) -> HTTPResponseHead {
        guard erases, (200..<300).contains(head.status.code) else { return head }
        var head = head
        head.headers.set(ErasureHeader.name, ErasureHeader.value)
        return head
    }

    /// Begins an answer whose body comes in pieces.
    ///
    /// - Parameter contentLength: length of the body in bytes; nil when it is not known.
    func begin(_ exchange: HTTPExchange, _ head: HTTPResponseHead, contentLength: Int? = nil) {
        log(exchange, head.status)
        responder.metrics.answered(route: route, status: head.status.code)
        exchange.begin(responder.completed(head, for: exchange.request), contentLength: contentLength)
    }

    private func send(_ exchange: HTTPExchange, _ head: HTTPResponseHead, _ body: [UInt8]) {
        responder.metrics.answered(route: route, status: head.status.code)
        exchange.respond(responder.completed(head, for: exchange.request), body: body)
    }

    /// Logs an answered request. Probes and metrics are asked for all the time, so they are logged at the level `debug`.
    private func log(_ exchange: HTTPExchange, _ status: HTTPStatus) {
        let metadata: KeyValuePairs<LogKey, String> = [
            .request: id, .method: exchange.request.method.nameInLogs, .route: route, .status: "\(status.code)",
            .duration: (Instant.now - start).logged, .peer: "\(client)",
        ]
        if MonitoringRoutes.paths.contains(route) { responder.log.debug("request", metadata) } else { responder.log.info("request", metadata) }
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
            return send(exchange, HTTPResponseHead(response.status, headers: response.headers), response.body)
        }
        // `PreSessionHandler` handles wrong credentials in a WebSocket's messages.
        let code = error.plain.code
        guard error == .unauthenticated, showsCredential else { return reject(exchange, response, reason: code) }
        rejectCredential(exchange, response, renderer, reason: code)
    }

    /// Answers with the error for a wrong credential. The answer waits when the client's address has shown many wrong ones.
    func rejectCredential(_ exchange: HTTPExchange, _ response: ErrorResponse, _ renderer: ErrorRenderer, reason: String) {
        responder.wrongCredentials.rejected(client.ip, on: exchange.loop) {
            reject(exchange, response, reason: reason)
        } turnAway: { wait in
            let error = RequestError.tooManyRequests(retryAfter: wait)
            reject(exchange, renderer.render(error, handshake), reason: error.plain.code)
        }
    }

    /// - Parameter reason: the error's code, for the log; nil when the status says enough.
    func reject(_ exchange: HTTPExchange, _ response: ErrorResponse, reason: String? = nil) {
        // Only a request without a route is logged with its path: elsewhere the path has ids of users.
        responder.log.rejection(
            "request refused", of: client.ip,
            [
                .request: id, .method: exchange.request.method.nameInLogs, .route: route,
                .path: route == Call.noRoute ? exchange.request.pathInLogs : "-",
                .status: "\(response.status.code)", .reason: reason ?? "-", .duration: (Instant.now - start).logged,
                .peer: "\(client)",
            ])
        send(exchange, HTTPResponseHead(response.status, headers: response.headers), response.body)
    }
}
