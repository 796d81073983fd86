package import Framing
package import Speech

/// The client side of a vendor's live protocol: turns engine commands into messages, and messages into engine events.
///
/// One value for each stream. Audio does not pass through the machine: the driver sends the audio in the form that the vendor wants
/// (`AudioMessages`), and reports the amount with `sentAudio`. The machine's events have the order and the meaning that
/// `EngineEvent` describes; no event comes after `.closed`.
package protocol LiveClientMachine: Sendable {
    /// The request that opens the stream.
    var connection: ConnectionRequest { get }

    /// Time at which `timePassed` wants to be called; nil when the machine waits for nothing. Sent audio never makes the time earlier.
    var deadline: Instant? { get }

    /// Handles the opening of the socket.
    mutating func opened(now: Instant, actions: inout [ClientAction])

    /// Handles a failed connection: rejected with this HTTP status, or (nil) not reached at all.
    mutating func rejected(status: Int?, headers: HTTPHeaders, body: [UInt8], now: Instant, actions: inout [ClientAction])

    /// Counts audio that the driver sent, in samples of one channel.
    mutating func sentAudio(_ count: SampleCount, now: Instant)

    /// Hears which part of the audio that `sentAudio` counted last is loud enough to be speech. Only for a machine whose audio is sent as text.
    ///
    /// - Parameter loud: from the first to the last loud sample, on the stream's timeline; nil: all of the audio is quiet.
    mutating func heard(loud: SampleRange?, now: Instant, actions: inout [ClientAction])

    mutating func command(_ command: EngineCommand, now: Instant, actions: inout [ClientAction])

    mutating func receivedText(_ text: RawSpan, now: Instant, actions: inout [ClientAction])

    /// Handles the end of the socket: closed by the peer with this code, or (nil) broken.
    mutating func closed(code: UInt16?, reason: String, now: Instant, actions: inout [ClientAction])

    mutating func timePassed(now: Instant, actions: inout [ClientAction])
}

extension LiveClientMachine {
    package mutating func heard(loud: SampleRange?, now: Instant, actions: inout [ClientAction]) {}
}

/// An action that a client machine asks its driver for. Actions are done in order.
package enum ClientAction: Sendable, Equatable {
    case event(EngineEvent)
    /// An event of a conversation; only from a client of `/listen`.
    case listen(ListenEvent)
    /// An event of a session that waits for a lost client; only from such a session's client.
    case resumable(ResumableEvent)
    case send(text: [UInt8])
    /// Closes the socket after everything that was sent before.
    case close(code: UInt16)
}

/// The request that opens a stream to a vendor. The host comes from the configuration.
package struct ConnectionRequest: Sendable, Equatable {
    /// Path and query, percent-encoded; appended to the configured address.
    package var target: String
    /// Headers, with the credential; never logged.
    package var headers: HTTPHeaders
    package var subprotocols: [String]
    /// The vendor's name of the requested model; nil when the request leaves the choice to the vendor.
    package var model: String?

    package init(target: String, headers: HTTPHeaders, subprotocols: [String] = [], model: String? = nil) {
        self.target = target
        self.headers = headers
        self.subprotocols = subprotocols
        self.model = model
    }
}
