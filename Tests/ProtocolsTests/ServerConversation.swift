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

    /// A binary message: its meaning, and what is said to it.
    mutating func binary(_ message: [UInt8]) -> (meaning: BinaryMeaning, said: [String]) {
        var meaning = BinaryMeaning.ignored
        let said = run { meaning = $0.receivedBinary(message.span.bytes, now: $1, output: &$2) }
        return (meaning, said)
    }

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

extension LiveServerMachine {
    /// A binary message of so many zeros, to which nothing need be said.
    mutating func receivedBinary(byteCount: Int, now: Instant) -> BinaryMeaning {
        var output = ServerOutput()
        return receivedBinary([UInt8](repeating: 0, count: byteCount).span.bytes, now: now, output: &output)
    }
}
