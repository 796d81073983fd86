import Framing
import Protocols
import Speech
import Testing

/// A client whose session begins with a message that is still to come.
struct Entrance {
    var opening: any LiveHandshakeMachine
    let handshake: LiveHandshake
    var now = Instant.now
    private(set) var said: [String] = []
    private let short: ([UInt8]) -> String

    /// - Parameter short: a message of the server's in short words.
    init(_ handshake: LiveHandshake, _ short: @escaping ([UInt8]) -> String) {
        guard case .opening(let opening) = handshake.start else { preconditionFailure("a session without a first message") }
        self.handshake = handshake
        self.opening = opening
        self.short = short
        var output = ServerOutput()
        self.opening.opened(now: now, output: &output)
    }

    mutating func text(_ text: String) -> RequestedSession? { run { $0.receivedText(text.utf8.span.bytes, now: $1, output: &$2) } }

    /// With a first message that must be good.
    mutating func begin(_ configuration: String) throws -> RequestedSession {
        let requested = text(configuration)
        return try #require(requested)
    }

    mutating func binary(_ count: Int) -> RequestedSession? { run { $0.receivedBinary(byteCount: count, now: $1, output: &$2) } }

    mutating func rejected(_ cause: RequestError) { run { $0.rejected(cause, now: $1, output: &$2) } }

    mutating func wait(_ duration: Duration) {
        now += duration
        run { $0.timePassed(now: $1, output: &$2) }
    }

    mutating func drain() { run { $0.drain(now: $1, output: &$2) } }

    private mutating func run<Value>(_ body: (inout any LiveHandshakeMachine, Instant, inout ServerOutput) -> Value) -> Value {
        var output = ServerOutput()
        let value = body(&opening, now, &output)
        said += output.actions.map { $0.short(output, short) }
        return value
    }
}
