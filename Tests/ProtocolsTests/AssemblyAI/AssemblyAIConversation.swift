import Framing
import Protocols
import Speech
import Testing

/// A client's live stream without sockets: what is told to the server's machine, and what it says to that, in short words.
struct AssemblyAIConversation: ServerConversation {
    var machine: any LiveServerMachine
    var now = Instant.now
    var raw: [String] = []

    static let context = LiveConversation.context
    static let usual = "sample_rate=16000&encoding=pcm_s16le&speech_model=universal-streaming-english"

    init(_ query: String = usual, context: HandshakeContext = context, rate: SampleRate = .speech) throws {
        let head = try HTTPRequestHead(.get, "/v3/ws?" + query)
        machine = try #require(AssemblyAILiveServer.accept(head, context).session)
        let begin = run { $0.opened(LiveStart(rate: rate, model: "m"), now: $1, output: &$2) }
        #expect(begin.count == 1 && begin[0].hasPrefix("begin "))
    }

    /// Final words stand in the transcript, others behind a bar; `+` marks an end of turn, `*` a formatted one.
    static func short(_ message: [UInt8]) -> String {
        switch AssemblyAIServerMessage(parsing: message.span.bytes) {
        case .begin(let id, _, let model, _): return "begin \(id) \(model)"
        case .speechStarted(let milliseconds): return "speech \(milliseconds)"
        case .turn(let turn):
            let rest = turn.words.filter { !$0.isFinal }.map(\.text).joined(separator: " ")
            let marks = (turn.endOfTurn ? "+" : "") + (turn.isFormatted ? "*" : "")
            return "turn \(turn.order)\(marks) “\(turn.transcript)”" + (rest.isEmpty ? "" : " | \(rest)")
                + (turn.utterance.isEmpty ? "" : " utterance “\(turn.utterance)”") + (turn.speaker.map { " by \($0)" } ?? "")
                + (turn.languageCode.map { " in \($0)" } ?? "")
        case .termination(let audio, let session): return "termination \(audio) \(session)"
        case .heartbeat(let received, let total, let factor, let maxSpeech): return "heartbeat \(received) \(total) \(factor) \(maxSpeech)"
        case .silence(let start, let end): return "silence \(start) \(end)"
        case .error(let code, let message): return "error \(code ?? 0) \(message)"
        case .warning(let code, let message): return "warning \(code) \(message)"
        case .unrecognized(let type): return "unrecognized \(type)"
        case .malformed(let problem): return "malformed \(problem)"
        }
    }
}
