import Speech
internal import Framing
import Glibc

/// A WebSocket connection that is being opened. Loop-confined.
// Sendable by proof: everything is touched on the loop only; the resolver's answer comes back there by `execute`.
package final class WebSocketAttempt: ConnectionHandler, @unchecked Sendable {
    /// Maximum size of a rejection's body that is kept, in bytes.
    private static let rejectionLimit = 64 * 1024

    private enum State {
        case resolving  // → connecting, done
        case connecting(Dialer)  // → upgrading, done
        case upgrading(Connection, HTTPResponseParser)  // → rejected, done
        case rejected(Connection, HTTPResponseParser, HTTPResponseHead, body: [UInt8])  // → done
        case done
    }

    private let client: WebSocketClient
    private let target: WebSocketTarget
    private let headers: HTTPHeaders
    private let configuration: WebSocketConfiguration
    private let loop: Loop
    private let subprotocols: [String]
    private var handshake: WebSocketClientHandshake?
    private var handler: (any WebSocketHandler)?
    private var opened: ((Result<WebSocketConnection, WebSocketConnectError>) -> Void)?
    private var state = State.resolving
    private var timer: Loop.Timer?

    init(
        _ client: WebSocketClient, _ target: WebSocketTarget, headers: HTTPHeaders, subprotocols: [String], configuration: WebSocketConfiguration,
        on loop: Loop, handler: any WebSocketHandler, opened: @escaping (Result<WebSocketConnection, WebSocketConnectError>) -> Void
    ) {
        self.client = client
        self.target = target
        self.headers = headers
        self.subprotocols = subprotocols
        self.configuration = configuration
        self.loop = loop
        self.handler = handler
        self.opened = opened
    }

    /// Cancels the attempt; `opened` is called with `.cancelled`. Does nothing after `opened` was called.
    package func cancel() {
        loop.preconditionCurrent()
        guard opened != nil else { return }
        loop.soon { [self] in finish(.failure(.cancelled)) }
    }

    func start() {
        // The serializer would write blanks in place of line ends, and so another value.
        let offered: HTTPHeaders = ["Sec-WebSocket-Protocol": subprotocols.joined(separator: ", ")]
        if let field = headers.unsendable ?? offered.unsendable { return loop.soon { [self] in finish(.failure(.unsendable(field))) } }
        timer = loop.schedule(at: loop.now + client.configuration.connectTimeout) { [self] in timedOut() }
        client.resolver.resolve(target.host, port: target.port, on: loop) { [self] result in resolved(result) }
    }

    private func timedOut() {
        if case .rejected = state { finishRejected() } else { finish(.failure(.timedOut(during: phase))) }
    }

    private var phase: WebSocketConnectError.Phase {
        switch state {
        case .resolving: .resolving
        case .connecting: .connecting
        case .upgrading(let connection, _): connection.isSecuring ? .securing : .upgrading
        case .rejected, .done: .upgrading
        }
    }

    private func resolved(_ result: Result<[SocketAddress], ResolverError>) {
        guard case .resolving = state else { return }
        switch result {
        case .failure(let failure): finish(.failure(.unresolved(host: target.host, reason: failure.reason)))
        case .success(let addresses):
            state = .connecting(
                Dialer(to: addresses, delay: client.configuration.attemptDelay, on: loop) { [self] result in
                    switch result {
                    case .failure(let error): finish(.failure(.unreachable(.system(error))))
                    case .success(let (descriptor, address)): connected(descriptor, address)
                    }
                })
        }
    }

    private func connected(_ descriptor: Int32, _ address: SocketAddress) {
        do {
            var session: TLSSession?
            if target.isSecure {
                do throws(TLSError) {
                    session = try TLSSession(connecting: descriptor, client.tls, host: target.host)
                } catch {
                    close(descriptor)
                    throw error
                }
            }
            let handshake = WebSocketClientHandshake(
                nonce: try secureRandomBytes(16), subprotocols: subprotocols, offersCompression: configuration.allowsCompression)
            self.handshake = handshake
            let connection = try Connection(descriptor, peer: address, tls: session.take(), on: loop)
            connection.attach(self)
            state = .upgrading(connection, HTTPResponseParser(limits: HTTPLimits(body: .max)))
            var all = handshake.headers(authority: target.authority)
            all.append(headers)
            connection.send { HTTPSerializer.append(.get, target: target.pathAndQuery, headers: all, to: &$0) }
        } catch let error as TLSError {
            finish(.failure(.lost(.tls(error))))
        } catch let error as SystemError {
            finish(.failure(.lost(.system(error))))
        } catch {
            finish(.failure(.lost(nil)))
        }
    }

    // MARK: The answer

    func received(_ bytes: UnsafeMutableRawBufferPointer) {
        var offset = 0
        do throws(HTTPError) {
            while let event = try next(UnsafeRawBufferPointer(bytes).bytes, &offset) {
                switch event {
                case .interim: break
                case .head(let head, _):
                    guard case .upgrading(let connection, let parser) = state else { return }
                    guard head.status == .switchingProtocols else {
                        state = .rejected(connection, parser, head, body: [])
                        continue
                    }
                    return upgraded(connection, head, rest: UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]))
                case .body(let range):
                    guard case .rejected(let connection, let parser, let head, var body) = state else { return }
                    body += bytes[range].prefix(Self.rejectionLimit - body.count)
                    state = .rejected(connection, parser, head, body: body)
                    if body.count >= Self.rejectionLimit { return finishRejected() }
                case .end: return finishRejected()
                }
            }
        } catch {
            if case .rejected = state { finishRejected() } else { finish(.failure(.malformedAnswer(error.description))) }
        }
    }

    private func next(_ input: RawSpan, _ offset: inout Int) throws(HTTPError) -> HTTPResponseEvent? {
        switch state {
        case .upgrading(let connection, var parser):
            defer { state = .upgrading(connection, parser) }
            return try parser.next(input, from: &offset)
        case .rejected(let connection, var parser, let head, let body):
            defer { state = .rejected(connection, parser, head, body: body) }
            return try parser.next(input, from: &offset)
        case .resolving, .connecting, .done: return nil
        }
    }

    private func upgraded(_ connection: Connection, _ head: HTTPResponseHead, rest: UnsafeMutableRawBufferPointer) {
        guard let handshake, let handler else { return }
        do throws(WebSocketHandshakeError) {
            let agreement = try handshake.check(head)
            let webSocket = WebSocketConnection(
                connection, isServer: false, subprotocol: agreement.subprotocol, compression: agreement.compression, configuration: configuration,
                handler: handler)
            state = .done
            finish(.success(webSocket))
            if !rest.isEmpty { webSocket.received(rest) }
        } catch {
            finish(.failure(.malformedAnswer(error.description)))
        }
    }

    private func finishRejected() {
        guard case .rejected(_, _, let head, let body) = state else { return }
        finish(.failure(.rejected(head, body: body)))
    }

    func inputEnded() {
        if case .rejected = state { finishRejected() } else { finish(.failure(.lost(nil))) }
    }

    func outputDrained() {}

    func failed(_ failure: ConnectionError) {
        if case .rejected = state { finishRejected() } else { finish(.failure(.lost(failure))) }
    }

    private func finish(_ result: Result<WebSocketConnection, WebSocketConnectError>) {
        guard let opened else { return }
        timer?.cancel()
        switch state {
        case .resolving, .done: break
        case .connecting(let dialer): dialer.cancel()
        case .upgrading(let connection, _), .rejected(let connection, _, _, _): connection.close()
        }
        state = .done
        self.opened = nil
        handler = nil
        timer = nil
        opened(result)
    }
}
