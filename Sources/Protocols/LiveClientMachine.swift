package import Framing
package import Speech

/// The client side of a vendor's live protocol: engine commands as messages, and messages as engine events.
///
/// One value for each stream. Audio does not pass through it: the driver sends it as binary messages (of 16-bit little-endian PCM, unless the machine says otherwise), and says so.
/// The machine's events have the order and the meaning that `EngineEvent` describes; after `.closed` there is nothing more.
package protocol LiveClientMachine: Sendable {
    /// The request that opens the stream.
    var connection: ConnectionRequest { get }

    /// When `timePassed` wants to be called; nil when there is nothing to wait for. Audio never makes it earlier.
    var deadline: Instant? { get }

    /// The socket is open.
    mutating func opened(now: Instant, actions: inout [ClientAction])

    /// The driver could not connect: refused with this status, or (nil) not reached at all.
    mutating func refused(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction])

    /// The driver sent this much audio (samples of one channel).
    mutating func sentAudio(_ count: SampleCount, now: Instant)

    mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction])

    mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction])

    /// The socket is closed: by the peer with this code, or (nil) broken.
    mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction])

    mutating func timePassed(now: Instant, actions: inout [ClientAction])
}

/// What a client machine wants done, in order.
package enum ClientAction: Sendable, Equatable {
    case event(EngineEvent)
    /// Of a client of `/listen` only.
    case listen(ListenEvent)
    case send(text: [UInt8])
    /// Close the socket, behind everything that was sent.
    case close(code: UInt16)
}

/// How a stream to a vendor is opened. The host comes from configuration.
package struct ConnectionRequest: Sendable, Equatable {
    /// Path and query, percent-encoded, to be appended to the configured address.
    package var target: String
    /// With the credential; never to be logged.
    package var headers: HTTPHeaders
    package var subprotocols: [String]
    /// The vendor's name of the model that it asks for; nil when it leaves that to the vendor.
    package var model: String?

    package init(target: String, headers: HTTPHeaders, subprotocols: [String] = [], model: String? = nil) {
        self.target = target
        self.headers = headers
        self.subprotocols = subprotocols
        self.model = model
    }
}
