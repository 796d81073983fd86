import Framing
import Protocols
import Speech

/// A stream to a vendor without sockets: what is told to the client's machine, and what it wants done.
struct VendorConversation<Machine: LiveClientMachine> {
    var machine: Machine
    var now = Instant.now
    /// Samples that the machine was told of.
    private(set) var sentSamples = 0

    init(_ machine: Machine) { self.machine = machine }

    mutating func opened() -> [ClientAction] { run { $0.opened(now: $1, actions: &$2) } }

    mutating func sent(_ seconds: Double) {
        sentSamples += Int(seconds * 16_000)
        machine.sentAudio(SampleCount(Int(seconds * 16_000)), now: now)
    }

    mutating func command(_ command: EngineCommand) -> [ClientAction] { run { $0.command(command, now: $1, actions: &$2) } }

    mutating func text(_ text: String) -> [ClientAction] { run { $0.receivedText(text.utf8.span.bytes, now: $1, actions: &$2) } }

    mutating func rejected(_ status: Int?, _ body: String = "") -> [ClientAction] {
        run { $0.rejected(status: status, headers: ["Retry-After": "7"], body: Array(body.utf8), now: $1, actions: &$2) }
    }

    mutating func closed(_ code: UInt16?, _ reason: String = "") -> [ClientAction] {
        run { $0.closed(code: code, reason: reason, now: $1, actions: &$2) }
    }

    mutating func wait(_ duration: Duration) -> [ClientAction] {
        now += duration
        return run { $0.timePassed(now: $1, actions: &$2) }
    }

    private mutating func run(_ body: (inout Machine, Instant, inout [ClientAction]) -> Void) -> [ClientAction] {
        var actions: [ClientAction] = []
        body(&machine, now, &actions)
        return actions
    }
}

extension ClientAction {
    /// In short words; times in seconds at 16 kHz.
    var short: String {
        switch self {
        case .send(let text): "send \(String(decoding: text, as: UTF8.self))"
        case .close(let code): "close \(code)"
        case .event(let event): event.short
        case .listen(let news): "\(news)"
        case .resumable(let event): "\(event)"
        }
    }
}

extension EngineEvent {
    fileprivate var short: String {
        switch self {
        case .opened: "opened"
        case .speechStarted(_, let at): "speech \(at.seconds(at: .speech))"
        case .interim(let hypothesis): "interim \(hypothesis.short) stable \(hypothesis.stableWords)"
        case .final(let hypothesis, let reason): "final \(hypothesis.short) \(reason)"
        case .turnEnded(_, let at): "turn ended \(at.seconds(at: .speech))"
        case .flushed: "flushed"
        case .skipped(let problem): "skipped \(problem)"
        case .notice(.creditsLow(let remaining)): "credits low \(remaining)"
        case .notice(.complaint(let complaint)): "complaint \(complaint)"
        case .notice(.changeRefused(let reason, _)): "change refused: \(reason)"
        case .notice(.session(let session)): "session \(session.id)\(session.expires.map { " until \($0.rfc3339)" } ?? "")"
        case .notice(.message(let text)): "message \(text)"
        case .notice(.sessionEnded(let end)): "session ended \(end.used) \(end.reason)"
        case .closed(let error): error.map { "closed \(String(describing: $0))" } ?? "closed"
        }
    }
}

extension Hypothesis {
    fileprivate var short: String { "\(range.start.seconds(at: .speech))–\(range.end.seconds(at: .speech)) “\(text)”" }
}

extension [EngineEvent] {
    /// What is heard, without what the vendor says of itself.
    var withoutNotices: [EngineEvent] { filter { if case .notice = $0 { false } else { true } } }
}
