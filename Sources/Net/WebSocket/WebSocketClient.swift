package import Framing

/// Opens WebSocket connections to other servers.
package final class WebSocketClient: Sendable {
    package struct Configuration: Sendable {
        /// From the call to the open connection: name, TCP, TLS and handshake together.
        package var connectTimeout: Duration = .seconds(10)
        /// How long one address may take before the next is tried beside it.
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

    /// Connects on a loop, which must be the caller's.
    ///
    /// - Parameters:
    ///   - headers: more headers of the request, as credentials.
    ///   - subprotocols: offered, in this order.
    ///   - handler: hears messages once `opened` was called with the connection, and nothing if it could not be opened.
    ///   - opened: called once, on the loop, never from inside this call.
    /// - Returns: the way to give up.
    @discardableResult
    package func connect(
        to target: WebSocketTarget, headers: HTTPHeaders = [:], subprotocols: [String] = [],
        configuration: WebSocketConfiguration = WebSocketConfiguration(), on loop: Loop, handler: any WebSocketHandler,
        opened: @escaping (Result<WebSocketConnection, ConnectError>) -> Void
    ) -> WebSocketAttempt {
        loop.preconditionCurrent()
        let attempt = WebSocketAttempt(
            self, target, headers: headers, subprotocols: subprotocols, configuration: configuration, on: loop, handler: handler, opened: opened)
        attempt.start()
        return attempt
    }
}
