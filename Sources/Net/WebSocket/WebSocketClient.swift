package import Framing

/// Opens WebSocket connections to other servers.
package final class WebSocketClient: Sendable {
    package struct Configuration: Sendable {
        /// Time limit from the call to the open connection: name, TCP, TLS and handshake together.
        package var connectTimeout: Duration = .seconds(10)
        /// Time for one address before the next address is tried in parallel.
        package var attemptDelay: Duration = .milliseconds(250)

        package init() {}
    }

    let configuration: Configuration
    let tls: TLSClientContext
    let resolver: Resolver

    package init(tls: TLSClientContext, resolver: Resolver, configuration: Configuration = Configuration()) {
        self.tls = tls
        self.resolver = resolver
        self.configuration = configuration
    }

    /// Connects on a loop; must be called on this loop.
    ///
    /// - Parameters:
    ///   - headers: additional headers of the request, such as credentials.
    ///   - subprotocols: subprotocols to offer, in this order.
    ///   - handler: gets messages after `opened` was called with the connection, and is not called if the connection could not be opened.
    ///   - opened: called once, on the loop, never from inside this call.
    /// - Returns: the attempt, which can be cancelled.
    @discardableResult
    package func connect(
        to target: WebSocketTarget, headers: HTTPHeaders = [:], subprotocols: [String] = [],
        configuration: WebSocketConfiguration = WebSocketConfiguration(), on loop: Loop, handler: any WebSocketHandler,
        opened: @escaping (Result<WebSocketConnection, WebSocketConnectError>) -> Void
    ) -> WebSocketAttempt {
        loop.preconditionCurrent()
        let attempt = WebSocketAttempt(
            self, target, headers: headers, subprotocols: subprotocols, configuration: configuration, on: loop, handler: handler, opened: opened)
        attempt.start()
        return attempt
    }
}
