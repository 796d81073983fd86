package import Framing

/// Limits and timers of an `HTTPServer`.
package struct HTTPServerConfiguration: Sendable {
    package var limits = HTTPLimits()
    /// Answers `https` and `wss` when there. `HTTPServer.useTLS` changes it for new connections.
    package var tls: TLSServerContext?
    /// From the first byte of a request, or from a new connection, to the end of the head; TLS included.
    package var headTimeout: Duration = .seconds(15)
    /// How long a connection may stay open between requests.
    package var idleTimeout: Duration = .seconds(75)
    /// How long a body that is being read may bring nothing.
    package var bodyTimeout: Duration = .seconds(60)
    /// The lowest speed of a body that is being read, in bytes a second, on average over each `bodyRateWindow` but the first; 0: any speed. A
    /// window in which the reader paused the body is not judged.
    package var minimumBodyRate = 1024
    package var bodyRateWindow: Duration = .seconds(30)
    /// How long output may wait without a byte taken by the client.
    package var writeTimeout: Duration = .seconds(30)
    /// How long a request is still worked on after the client ended its side. A client that is gone looks the same as one that only has no
    /// more to say.
    package var halfCloseGrace: Duration = .seconds(5)
    /// After an answer that came before the end of the body: how much of the rest is read and dropped, and for how long, so that the answer
    /// is not lost.
    package var lingerTime: Duration = .seconds(5)
    package var lingerByteCount = 4 * 1024 * 1024
    /// Connections of all loops together. One more is told 503.
    package var maxConnectionCount = 10_000
    /// Limits for clients that have not shown a credential; nil: every client is taken for authenticated. When the server is full, the oldest
    /// connection without an authenticated request is closed in favour of a new one.
    package var unauthenticated: UnauthenticatedLimits?
    /// `onDrain` is called when queued output falls below this, in bytes. No new request begins while more is queued.
    package var outputLowMark = 64 * 1024
    /// A streamed answer with more than this queued is cut off, in bytes.
    package var outputLimit = 4 * 1024 * 1024

    package init() {}
}
