import Framing
package import Speech

/// A client that is rejected in its own socket as soon as the socket is open: for invalid handshakes, in the dialects that accept every socket.
package struct RejectedOpening: LiveHandshakeMachine {
    private let error: InBandError

    package init(_ error: InBandError) { self.error = error }

    package var deadline: Instant? { nil }

    package mutating func opened(now: Instant, output: inout ServerOutput) {
        for message in error.messages { output.send { $0.value(raw: message) } }
        output.close(error.code, error.reason)
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> RequestedSession? { nil }

    package mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> RequestedSession? { nil }

    package mutating func rejected(_ error: RequestError, now: Instant, output: inout ServerOutput) {}

    package mutating func drain(now: Instant, output: inout ServerOutput) {}

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {}
}
