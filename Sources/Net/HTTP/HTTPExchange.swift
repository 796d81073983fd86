package import Framing

/// One request and its answer, confined to the connection's loop.
///
/// Exactly one answer: `respond`, or `begin` … `finish`, or `acceptWebSocket`. What is called after the client went away, or after the
/// answer, does nothing.
// Sendable by proof: `loop`, `request`, `peer` and `isSecure` are constant; everything else is checked to be called on the loop or goes there, so that a
// reference may travel through other threads, as the way back to the loop by `execute` needs.
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
    /// Whether the client speaks TLS to this server.
    package let isSecure: Bool
    /// Called once if the client goes away before the answer is complete, and when the server is stopped.
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

    /// Whether an answer can still reach the client.
    package var isOpen: Bool {
        loop.preconditionCurrent()
        return connection != nil
    }

    /// Bytes of the answer that wait for the client to read.
    package var bufferedByteCount: Int {
        loop.preconditionCurrent()
        return connection?.bufferedByteCount ?? 0
    }

    /// Tells that the client has shown a valid credential: the server's limits for unauthenticated clients do not hold for this connection from now
    /// on, nor for the WebSocket that may come of this request. From any thread.
    package func markAuthenticated() {
        guard loop.isCurrent else { return loop.execute { self.markAuthenticated() } }
        isAuthenticated = true
        connection?.markAuthenticated()
    }

    // MARK: The request's body

    /// Hands over the body as it comes; a client that waits for `100 Continue` gets it. To be called once. Without it the body is dropped
    /// after the answer.
    ///
    /// - Parameters:
    ///   - limit: bytes; nil: the server's own limit.
    ///   - chunk: bytes that are only good during the call; called on the loop, never from inside this call.
    ///   - end: called once, last; not after the answer was complete.
    package func readBody(limit: Int? = nil, _ chunk: @escaping Chunk, end: @escaping End) {
        loop.preconditionCurrent()
        guard let connection, self.end == nil, !hasBodyEnded else { return loop.soon { end(.failure(.aborted)) } }
        self.chunk = chunk
        self.end = end
        connection.startBody(limit: limit)
    }

    /// The whole body at once.
    ///
    /// - Parameter limit: bytes.
    package func collectBody(limit: Int, _ done: @escaping (Result<[UInt8], BodyError>) -> Void) {
        var body: [UInt8] = []
        if case .known(let count) = request.body { body.reserveCapacity(min(count, limit, 1 << 20)) }
        readBody(limit: limit) { piece in
            piece.withUnsafeBytes { body.append(contentsOf: $0) }
        } end: { result in
            done(result.map { body })
        }
    }

    /// No chunks until `resumeBody`; the client is slowed down by its kernel.
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

    /// Answers with a body of known length. `Content-Length` and `Date` are added; the body of an answer to HEAD is left out.
    package func respond(_ head: HTTPResponseHead, body: [UInt8] = []) {
        loop.preconditionCurrent()
        guard let connection, case .none = answer else { return }
        answer = .done
        let hasBody = request.method != .head && !head.status.forbidsBody
        connection.send(head, length: .known(body.count), for: request, body: hasBody ? body : [])
        finished()
    }

    /// Begins an answer whose body comes with `write`, and then `finish`.
    ///
    /// - Parameter contentLength: where known; `write` must then come to exactly this. Without it the body is chunked, or for HTTP/1.0
    ///   ended by closing.
    package func begin(_ head: HTTPResponseHead, contentLength: Int? = nil) {
        loop.preconditionCurrent()
        guard let connection, case .none = answer else { return }
        let length: HTTPBodyLength =
            if let contentLength { .known(contentLength) } else { request.version == .http11 ? .chunked : .untilClose }
        let hasBody = request.method != .head && !head.status.forbidsBody
        answer = .streaming(hasBody ? length : .none)
        connection.send(head, length: length, for: request, body: [])
    }

    /// Sends a piece of the body. A client that has too much waiting is cut off: watch `bufferedByteCount`, go on in `onDrain`.
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

    /// Ends a streamed answer. One that is shorter than its `contentLength` closes the connection, so that the client knows.
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

    private func finished() {
        let connection = self.connection
        release()
        connection?.answered()
    }

    // MARK: WebSocket

    /// The subprotocols that the client offers, in its order.
    package var offeredSubprotocols: [String] { request.headers.elements("Sec-WebSocket-Protocol") }

    /// Answers a WebSocket handshake with 101. Messages come to the handler from the next batch of the loop on.
    ///
    /// - Parameters:
    ///   - subprotocol: one of `offeredSubprotocols`, or nil.
    ///   - headers: more headers of the answer.
    /// - Returns: nil when the request is no valid handshake; it has then been answered with what is wrong (400 or 426).
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

    /// The client went away.
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
