import Framing
import Protocols
import Speech
import Testing

/// A client's live stream without sockets: what is told to the server's machine, and what it says to that, in short words.
struct AssemblyAIConversation {
    var machine: any LiveServerMachine
    var now = ContinuousClock.now
    private(set) var raw: [String] = []

    static let context = LiveConversation.context
    static let usual = "sample_rate=16000&encoding=pcm_s16le&speech_model=universal-streaming-english"

    init(_ query: String = usual, context: HandshakeContext = context, rate: SampleRate = .speech) throws {
        let head = try HTTPRequestHead(.get, "/v3/ws?" + query)
        machine = try #require(AssemblyAILiveServer.accept(head, context).session)
        let begin = run { machine, now, output in machine.opened(LiveStart(rate: rate, model: "m"), now: now, output: &output) }
        #expect(begin.count == 1 && begin[0].hasPrefix("begin "))
    }

    mutating func text(_ text: String) -> [String] {
        run { machine, now, output in machine.receivedText(text.utf8.span.bytes, now: now, output: &output) }
    }

    /// Audio of so many samples, two bytes each.
    mutating func audio(samples: Int) -> BinaryMeaning { machine.receivedBinary(byteCount: samples * 2, now: now) }

    mutating func event(_ event: SessionEvent) -> [String] {
        run { machine, now, output in machine.session(event, now: now, output: &output) }
    }

    mutating func wait(_ duration: Duration) -> [String] {
        now += duration
        guard let deadline = machine.deadline, deadline <= now else { return [] }
        return run { machine, now, output in machine.timePassed(now: now, output: &output) }
    }

    mutating func drain() -> [String] {
        run { machine, now, output in machine.drain(now: now, output: &output) }
    }

    private mutating func run(_ body: (inout any LiveServerMachine, Instant, inout ServerOutput) -> Void) -> [String] {
        var output = ServerOutput()
        body(&machine, now, &output)
        return output.actions.map { action in
            switch action {
            case .send(let range):
                let bytes = Array(output.bytes[range])
                raw.append(String(decoding: bytes, as: UTF8.self))
                return Self.short(AssemblyAIServerMessage(parsing: bytes.span.bytes))
            case .command(let command): return "→ \(command)"
            case .audio(let bytes): return "→ audio \(bytes.count)"
            case .close(let code, let reason): return "close \(code) \(reason)".trimmed
            }
        }
    }

    /// Final words stand in the transcript, others behind a bar; `+` marks an end of turn, `*` a formatted one.
    static func short(_ message: AssemblyAIServerMessage) -> String {
        switch message {
        case .begin(let id, _, let model, _): return "begin \(id) \(model)"
        case .speechStarted(let milliseconds): return "speech \(milliseconds)"
        case .turn(let turn):
            let rest = turn.words.filter { !$0.isFinal }.map(\.text).joined(separator: " ")
            let marks = (turn.endOfTurn ? "+" : "") + (turn.isFormatted ? "*" : "")
            return "turn \(turn.order)\(marks) “\(turn.transcript)”" + (rest.isEmpty ? "" : " | \(rest)")
                + (turn.utterance.isEmpty ? "" : " utterance “\(turn.utterance)”") + (turn.speaker.map { " by \($0)" } ?? "")
                + (turn.languageCode.map { " in \($0)" } ?? "")
        case .termination(let audio, let session): return "termination \(audio) \(session)"
        case .heartbeat(let received, let total, let factor, let mostSpeech): return "heartbeat \(received) \(total) \(factor) \(mostSpeech)"
        case .silence(let start, let end): return "silence \(start) \(end)"
        case .error(let code, let message): return "error \(code ?? 0) \(message)"
        case .unrecognized(let type): return "unrecognized \(type)"
        case .malformed(let problem): return "malformed \(problem)"
        }
    }
}
