package import Framing

/// One request and its answer, confined to the connection's loop.
///
/// An exchange has exactly one answer: `respond`, or `begin` … `finish`, or `acceptWebSocket`. After the client has disconnected, or after the
/// answer, calls do nothing.
// Sendable by proof: `loop`, `request`, `peer` and `isSecure` are constant; everything else checks that it is called on the loop, or goes to the
// loop. Other threads may therefore hold a reference, for the way back to the loop by `execute`.
package final class HTTPExchange: @unchecked Sendable {
    package typealias Chunk = (RawSpan) -> Void
    package typealias End = (Result<Void, BodyError>) -> Void

    private enum Answer {
        case none  // → streaming, done
        case streaming(HTTPBodyLength)  // → done; `.none`: what is written is dropped, for HEAD
        case done
    }

    package let loop: Loop
    package let request: HTTPRequestHead
    package let peer: SocketAddress
    /// True if the client uses TLS to this server.
    package let isSecure: Bool
    /// Called once if the client disconnects before the answer is complete, and when the server is stopped.
    package var onAbort: (() -> Void)?
    /// Called when queued output of a streamed answer falls below the low mark after it was above.
    package var onDrain: (() -> Void)?

    private var connection: HTTPServerConnection?
    private var answer = Answer.none
    private var chunk: Chunk?
    private var end: End?
    private var hasBodyEnded = false
    private(set) var isBodyPaused = false
    private(set) var isAuthenticated = false

    init(_ request: HTTPRequestHead, on connection: HTTPServerConnection) {
        loop = connection.loop
        peer = connection.peer
        isSecure = connection.isSecure
        self.request = request
        self.connection = connection
    }

    /// True while an answer can still reach the client.
    package var isOpen: Bool {
        loop.preconditionCurrent()
        return connection != nil
    }

    /// True if the client is there and sends: it has neither closed the connection nor ended its side.
    package var isClientThere: Bool {
        loop.preconditionCurrent()
        return connection?.hasInputEnded == false
    }

    /// Number of bytes of the answer that wait for the client to read them.
    package var bufferedByteCount: Int {
        loop.preconditionCurrent()
        return connection?.bufferedByteCount ?? 0
    }

    /// Records that the client has shown a valid credential. The server's limits for unauthenticated clients no longer apply to this connection, nor
    /// to a WebSocket that this request becomes. May be called from any thread.
    package func markAuthenticated() {
        guard loop.isCurrent else {
            loop.execute { self.markAuthenticated() }
            return
        }
        isAuthenticated = true
        connection?.markAuthenticated()
    }

    // MARK: The request's body

    /// Delivers the body as it comes; a client that waits for `100 Continue` gets this answer. To be called at most once. Without this call the body
    /// is dropped after the answer.
    ///
    /// - Parameters:
    ///   - limit: the maximum size in bytes; nil: the server's own limit.
    ///   - chunk: called with bytes that are valid only during the call; called on the loop, never from inside this call.
    ///   - end: called once, after all chunks; not called after the answer is complete.
    package func readBody(limit: Int? = nil, _ chunk: @escaping Chunk, end: @escaping End) {
        loop.preconditionCurrent()
        guard let connection, self.end == nil, !hasBodyEnded else { return loop.soon { end(.failure(.aborted)) } }
        self.chunk = chunk
        self.end = end
        connection.startBody(limit: limit)
    }

    /// Delivers the whole body at once.
    ///
    /// - Parameter limit: the maximum size, in bytes.
    package func collectBody(limit: Int, _ done: @escaping (Result<[UInt8], BodyError>) -> Void) {
        var body: [UInt8] = []
        if case .known(let count) = request.body { body.reserveCapacity(min(count, limit, 1 << 20)) }
        readBody(limit: limit) { piece in
            piece.withUnsafeBytes { body.append(contentsOf: $0) }
        } end: { result in
            done(result.map { body })
        }
    }

    /// Stops chunks until `resumeBody`; the kernel slows the client down.
    package func pauseBody() {
        loop.preconditionCurrent()
        isBodyPaused = true
        connection?.bodyPaused()
    }

    package func resumeBody() {
        loop.preconditionCurrent()
        guard isBodyPaused else { return }
        isBodyPaused = false
        connection?.continueBody()
    }

    var isReadingBody: Bool { end != nil && !hasBodyEnded }

    func received(_ piece: RawSpan) {
        chunk?(piece)
    }

    func bodyEnded(_ result: Result<Void, BodyError>) {
        guard let end else { return }
        hasBodyEnded = true
        chunk = nil
        self.end = nil
        end(result)
    }

    // MARK: The answer

    /// Sends an answer with a body of known length. `Content-Length` and `Date` are added; the body of an answer to HEAD is left out.
    package func respond(_ head: HTTPResponseHead, body: [UInt8] = []) {
        loop.preconditionCurrent()
        guard let connection, case .none = answer else { return }
        answer = .done
        let hasBody = request.method != .head && !head.status.forbidsBody
        connection.send(head, length: .known(body.count), for: request, body: hasBody ? body : [])
        finished()
    }

    /// Begins an answer. Its body follows with `write`, and `finish` ends it.
    ///
    /// - Parameter contentLength: the body's length where known; all `write` calls together must then have exactly this length. nil: the body is
    ///   chunked, or for HTTP/1.0 ended by closing the connection.
    package func begin(_ head: HTTPResponseHead, contentLength: Int? = nil) {
        loop.preconditionCurrent()
        guard let connection, case .none = answer else { return }
        let length: HTTPBodyLength =
            if let contentLength { .known(contentLength) } else { request.version == .http11 ? .chunked : .untilClose }
        let hasBody = request.method != .head && !head.status.forbidsBody
        answer = .streaming(hasBody ? length : .none)
        connection.send(head, length: length, for: request, body: [])
    }

    /// Sends a piece of the body. A client with too much waiting output is disconnected: watch `bufferedByteCount`, and continue in `onDrain`.
    package func write(_ bytes: [UInt8]) {
        write(bytes.span.bytes)
    }

    package func write(_ bytes: RawSpan) {
        loop.preconditionCurrent()
        guard let connection, case .streaming(let length) = answer, bytes.byteCount > 0 else { return }
        switch length {
        case .none: return
        case .known(let rest):
            let part = bytes.extracting(first: min(rest, bytes.byteCount))
            answer = .streaming(.known(rest - part.byteCount))
            connection.stream { output in part.withUnsafeBytes { output.append(contentsOf: $0) } }
        case .chunked: connection.stream { ChunkedEncoder.append(bytes, to: &$0) }
        case .untilClose: connection.stream { output in bytes.withUnsafeBytes { output.append(contentsOf: $0) } }
        }
    }

    /// Ends a streamed answer. If the answer is shorter than its `contentLength`, the connection is closed, so that the client notices.
    package func finish() {
        loop.preconditionCurrent()
        guard let connection, case .streaming(let length) = answer else { return }
        answer = .done
        switch length {
        case .none: break
        case .known(let rest): if rest > 0 { connection.closesAfterAnswer = true }
        case .chunked: connection.stream { ChunkedEncoder.appendEnd(to: &$0) }
        case .untilClose: connection.closesAfterAnswer = true
        }
        finished()
    }

    /// Ends a streamed answer whose rest cannot be made. The connection is closed, so that the client notices.
    package func breakOff() {
        loop.preconditionCurrent()
        guard let connection, case .streaming = answer else { return }
        answer = .done
        connection.closesAfterAnswer = true
        finished()
    }

    private func finished() {
        let connection = self.connection
        release()
        connection?.answered()
    }

    // MARK: WebSocket

    /// The subprotocols that the client offers, in the client's order.
    package var offeredSubprotocols: [String] { request.headers.elements("Sec-WebSocket-Protocol") }

    /// Answers a WebSocket handshake with 101. The handler gets messages from the loop's next batch on.
    ///
    /// - Parameters:
    ///   - subprotocol: one of `offeredSubprotocols`, or nil.
    ///   - headers: additional headers of the answer.
    /// - Returns: nil when the request is not a valid handshake; an answer that describes the error (400 or 426) was then sent.
    package func acceptWebSocket(
        subprotocol: String? = nil, headers: HTTPHeaders = [:], configuration: WebSocketConfiguration = WebSocketConfiguration(),
        handler: any WebSocketHandler
    ) -> WebSocketConnection? {
        loop.preconditionCurrent()
        guard let connection, case .none = answer else { return nil }
        let upgraded = connection.upgrade(self, subprotocol: subprotocol, headers: headers, configuration: configuration, handler: handler)
        guard let webSocket = upgraded else { return nil }
        answer = .done
        release()
        return webSocket
    }

    // MARK: The end

    /// Ends the exchange because the client has disconnected.
    func abort() {
        let onAbort = self.onAbort
        let end = self.end
        release()
        answer = .done
        end?(.failure(.aborted))
        onAbort?()
    }

    func drained() {
        onDrain?()
    }

    private func release() {
        connection = nil
        chunk = nil
        end = nil
        hasBodyEnded = true
        onAbort = nil
        onDrain = nil
    }
}
