package import Framing

/// Limits and timers of an `HTTPServer`.
package struct HTTPServerConfiguration: Sendable {
    /// Limits of requests. A route that reads a body sets the limit of that body; the limit here is the largest that any route may set.
    package var limits = HTTPLimits(body: 1 << 40)
    /// TLS context for `https` and `wss`; nil: plain HTTP. `HTTPServer.useTLS` changes it for new connections.
    package var tls: TLSServerContext?
    /// Time limit for a request's head, from the request's first byte or from the start of a new connection, including TLS.
    package var headTimeout: Duration = .seconds(15)
    /// Maximum time for which a connection stays open between requests.
    package var idleTimeout: Duration = .seconds(75)
    /// Maximum time without any byte of a body that is being read.
    package var bodyTimeout: Duration = .seconds(60)
    /// The lowest speed of a body that is being read, in bytes per second, as the average over each `bodyRateWindow` except the first; 0: no minimum.
    /// A window in which the reader paused the body is not judged.
    package var minimumBodyRate = 1024
    package var bodyRateWindow: Duration = .seconds(30)
    /// Maximum time for which output waits without the client accepting a byte.
    package var writeTimeout: Duration = .seconds(30)
    /// Time for which a request is still processed after the client ended its side. A client that has disconnected looks the same as a client that
    /// only sends nothing more.
    package var halfCloseGrace: Duration = .seconds(5)
    /// Time for which the rest of a body is read and dropped after an early answer, so that the answer is not lost; `lingerByteCount` limits the
    /// bytes.
    package var lingerTime: Duration = .seconds(5)
    package var lingerByteCount = 4 * 1024 * 1024
    /// Maximum number of connections of all loops together. A further connection gets 503.
    package var maxConnectionCount = 10_000
    /// Budget of which each connection takes one descriptor; nil: connections are not counted there. A further connection gets 503.
    package var descriptors: DescriptorBudget?
    /// Limits for clients that have not shown a credential; nil: every client counts as authenticated. When the server is full, a new connection
    /// replaces the oldest connection without an authenticated request.
    package var unauthenticated: UnauthenticatedLimits?
    /// Number of queued output bytes below which `onDrain` is called. While more is queued, no new request begins.
    package var outputLowMark = 64 * 1024
    /// Maximum number of queued output bytes of a streamed answer; a client with more is disconnected.
    package var outputLimit = 4 * 1024 * 1024

    package init() {}
}
