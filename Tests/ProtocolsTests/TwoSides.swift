import Protocols
import Speech

/// Both sides of a protocol whose configuration is a message, wired to each other: what each says goes to the other, whole or as `damage` leaves it.
struct TwoSides<Client: LiveClientMachine> {
    var client: Client
    private var opening: (any LiveHandshakeMachine)?
    private(set) var server: (any LiveServerMachine)?
    private(set) var heard: [EngineEvent] = []
    /// What the client's side told the session.
    private(set) var commands: [SessionCommand] = []
    private var now = Instant.now
    private let damage: ([UInt8]) -> [[UInt8]]

    /// - Parameter damage: what arrives at the client instead of a message.
    init(_ client: Client, _ opening: any LiveHandshakeMachine, damage: @escaping ([UInt8]) -> [[UInt8]] = { [$0] }) {
        self.client = client
        self.opening = opening
        self.damage = damage
        var output = ServerOutput()
        self.opening?.opened(now: now, output: &output)
        var actions: [ClientAction] = []
        self.client.opened(now: now, actions: &actions)
        toServer(actions)
    }

    /// Audio of the client's, in samples at 16 kHz.
    mutating func audio(_ samples: Int) {
        client.sentAudio(SampleCount(samples), now: now)
        guard var server else { return }
        var output = ServerOutput()
        _ = server.receivedBinary([UInt8](repeating: 0, count: samples * 2).span.bytes, now: now, output: &output)
        self.server = server
        toClient(output)
    }

    mutating func command(_ command: EngineCommand) {
        var actions: [ClientAction] = []
        client.command(command, now: now, actions: &actions)
        toServer(actions)
    }

    mutating func session(_ event: SessionEvent) {
        var output = ServerOutput()
        server?.session(event, now: now, output: &output)
        toClient(output)
    }

    private mutating func toServer(_ actions: [ClientAction]) {
        for action in actions {
            switch action {
            case .event(let event): heard.append(event)
            case .close, .listen, .resumable: break
            case .send(let text):
                var output = ServerOutput()
                if server != nil {
                    server?.receivedText(text.span.bytes, now: now, output: &output)
                } else if let requested = opening?.receivedText(text.span.bytes, now: now, output: &output) {
                    server = requested.machine
                    server?.opened(LiveStart(rate: .speech, model: "m"), now: now, output: &output)
                    server?.session(.ready, now: now, output: &output)
                }
                toClient(output)
            }
        }
    }

    private mutating func toClient(_ output: borrowing ServerOutput) {
        var actions: [ClientAction] = []
        for action in output.actions {
            switch action {
            case .send(let range):
                for message in damage(output.text(in: range)) { client.receivedText(message.span.bytes, now: now, actions: &actions) }
            case .close(let code, let reason): client.closed(code: code, reason: reason, now: now, actions: &actions)
            case .command(let command): commands.append(command)
            case .audio, .converse: break
            }
        }
        toServer(actions)
    }
}

extension TwoSides {
    /// A session of two turns in four seconds.
    mutating func talk() {
        audio(64_000)
        let first = words("Hello there.", from: 0, speaker: 0), second = words("Good bye.", from: 2, speaker: 1)
        session(.interim(Hypothesis(range: seconds(0, 1), words: Array(first.prefix(1)))))
        session(.commit(Commit(channel: .first, range: seconds(0, 1.5), words: first, reason: .endOfTurn, engine: .local)))
        command(.finalize)
        session(.commit(Commit(channel: .first, range: seconds(1.5, 3.5), words: second, reason: .flush, engine: .local)))
        command(.finish)
        session(.commit(Commit(channel: .first, range: seconds(3.5, 4), words: [], reason: .endOfAudio, engine: .local)))
        session(.ended(SessionEnd(received: SampleCount(64_000))))
    }

    /// Whether finals tile from the start, and `.closed` is the last event and comes once.
    var isOrderly: Bool {
        var through = SampleIndex.zero
        for (index, event) in heard.enumerated() {
            switch event {
            case .final(let final, _):
                guard final.range.start == through else { return false }
                through = final.range.end
            case .closed: guard index == heard.count - 1 else { return false }
            case .opened, .speechStarted, .interim, .turnEnded, .flushed, .skipped, .notice: break
            }
        }
        if case .closed = heard.last { return true }
        return false
    }

    /// The text of all finals.
    var text: String {
        heard.compactMap { event in if case .final(let final, _) = event, !final.words.isEmpty { final.text } else { nil } }.joined(separator: " ")
    }
}

/// Ways in which messages arrive that they should not arrive in.
enum Damage: String, CaseIterable, Sendable {
    case truncated, doubled, strangers, emptied

    func apply(_ message: [UInt8]) -> [[UInt8]] {
        switch self {
        case .truncated: [Array(message.prefix(message.count / 2)), message]
        case .doubled: [message, message]
        case .strangers: [Array(#"{"message":"Future","type":"future","tokens":[],"new":{"a":[1,null]}}"#.utf8), message]
        case .emptied: [[], Array("{}".utf8), Array("null".utf8), message]
        }
    }
}
