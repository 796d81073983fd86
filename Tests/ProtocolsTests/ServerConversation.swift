import Framing
import Protocols
import Speech

/// A client's live stream without sockets: what is told to the server's machine, and what it says to that, in short words.
protocol ServerConversation {
    var machine: any LiveServerMachine { get set }
    var now: Instant { get set }
    /// What was sent, as it was.
    var raw: [String] { get set }
    /// A message in short words.
    static func short(_ message: [UInt8]) -> String
}

extension ServerConversation {
    mutating func text(_ text: String) -> [String] { run { $0.receivedText(text.utf8.span.bytes, now: $1, output: &$2) } }

    /// Audio of so many samples, two bytes each.
    mutating func audio(samples: Int) -> BinaryMeaning { machine.receivedBinary(byteCount: samples * 2, now: now) }

    mutating func event(_ event: SessionEvent) -> [String] { run { $0.session(event, now: $1, output: &$2) } }

    mutating func account(_ notice: AccountNotice) { _ = run { $0.account(notice, now: $1, output: &$2) } }

    mutating func wait(_ duration: Duration) -> [String] {
        now += duration
        return run { $0.timePassed(now: $1, output: &$2) }
    }

    mutating func drain() -> [String] { run { $0.drain(now: $1, output: &$2) } }

    mutating func run(_ body: (inout any LiveServerMachine, Instant, inout ServerOutput) -> Void) -> [String] {
        var output = ServerOutput()
        body(&machine, now, &output)
        raw += output.texts
        return output.actions.map { $0.short(output, Self.short) }
    }
}
