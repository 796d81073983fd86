import Framing
package import Speech

/// A client that is refused in its own socket as soon as the socket is open: for invalid handshakes, in the dialects that accept every socket.
package struct RefusedOpening: LiveHandshakeMachine {
    private let refusal: InBandRefusal

    package init(_ refusal: InBandRefusal) { self.refusal = refusal }

    package var deadline: Instant? { nil }

    package mutating func opened(now: Instant, output: inout ServerOutput) {
        for message in refusal.messages { output.send { $0.value(raw: message) } }
        output.close(refusal.code, refusal.reason)
    }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> LiveBeginning? { nil }

    package mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> LiveBeginning? { nil }

    package mutating func refused(_ cause: RefusalCause, now: Instant, output: inout ServerOutput) {}

    package mutating func drain(now: Instant, output: inout ServerOutput) {}

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {}
}
