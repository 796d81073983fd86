import Framing
import Protocols
import Speech
import Testing

/// A client's live stream without sockets: what is told to the server's machine, and what it says to that, in short words.
struct LiveConversation: ServerConversation {
    var machine: any LiveServerMachine
    var now = Instant.now
    var raw: [String] = []

    static let requestID = "11111111-2222-4333-8444-555555555555"
    static let context = HandshakeContext(requestID: requestID, now: UnixTime(milliseconds: 1_769_860_800_123), models: ["moonshine-base-en"])

    init(_ query: String = "encoding=linear16&sample_rate=16000&interim_results=true&punctuate=true", rate: SampleRate = .speech) throws {
        let head = try HTTPRequestHead(.get, "/v1/listen?" + query)
        machine = try #require(try DeepgramLiveServer.accept(head, Self.context).get().session)
        _ = run { $0.opened(LiveStart(rate: rate, model: "moonshine-base-en"), now: $1, output: &$2) }
    }

    static func short(_ message: [UInt8]) -> String {
        switch DeepgramServerMessage(parsing: message.span.bytes) {
        case .results(let results):
            let flags = [results.speechFinal ? "speech_final" : nil, results.fromFinalize ? "from_finalize" : nil].compactMap { $0 }
            let words = results.alternative.transcript.isEmpty ? "-" : "“\(results.alternative.transcript)”"
            let channel = results.channels > 1 ? "[\(results.channel)] " : ""
            return ([channel + (results.isFinal ? "final" : "interim"), "\(results.start)+\(results.duration)", words] + flags).joined(separator: " ")
        case .speechStarted(_, _, let timestamp): return "speech \(timestamp)"
        case .utteranceEnd(_, _, let end): return "utterance end \(end)"
        case .metadata(let metadata): return "metadata \(metadata.duration)"
        case .error(let variant, _, _): return "error \(variant)"
        case .configureSuccess: return "configured"
        case .configureFailure(_, let code, _): return "not configured \(code)"
        case .unrecognized(let type): return "unrecognized \(type)"
        case .malformed(let problem): return "malformed \(problem)"
        }
    }
}

extension String {
    var trimmed: String { last == " " ? String(dropLast()) : self }
}

/// Words one behind the other, each half a second long at 16 kHz, from `start` seconds on.
func words(_ text: String, from start: Double = 0, each length: Double = 0.5, speaker: Int? = nil) -> [Word] {
    text.split(separator: " ").enumerated().map { index, word in
        let begin = start + Double(index) * length
        return Word(
            String(word), SampleRange(SampleIndex(seconds: begin, at: .speech), SampleIndex(seconds: begin + length, at: .speech)), confidence: 0.875,
            speaker: speaker.map(SpeakerLabel.init))
    }
}

func seconds(_ start: Double, _ end: Double) -> SampleRange {
    SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech))
}

func commit(_ text: String, _ start: Double, _ end: Double, from first: Double? = nil, _ reason: FinalReason, channel: Int = 0) -> SessionEvent {
    .commit(
        Commit(channel: ChannelIndex(channel), range: seconds(start, end), words: words(text, from: first ?? start), reason: reason, engine: .local))
}

func interim(_ text: String, _ start: Double, _ end: Double) -> SessionEvent {
    .interim(Hypothesis(range: seconds(start, end), words: words(text, from: start)))
}
