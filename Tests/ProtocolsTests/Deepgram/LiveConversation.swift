import Framing
import Protocols
import Speech
import Testing

/// A client's live stream without sockets: what is told to the server's machine, and what it says to that, in short words.
struct LiveConversation {
    var machine: any LiveServerMachine
    var now = ContinuousClock.now
    private(set) var raw: [String] = []

    static let requestID = "11111111-2222-4333-8444-555555555555"
    static let context = HandshakeContext(requestID: requestID, now: UnixTime(milliseconds: 1_769_860_800_123), models: ["moonshine-base-en"])

    init(_ query: String = "encoding=linear16&sample_rate=16000&interim_results=true&punctuate=true", rate: SampleRate = .speech) throws {
        let head = try HTTPRequestHead(.get, "/v1/listen?" + query)
        machine = try #require(try DeepgramLiveServer.accept(head, Self.context).get().session)
        _ = run { machine, now, output in machine.opened(LiveStart(rate: rate, model: "moonshine-base-en"), now: now, output: &output) }
    }

    mutating func text(_ text: String) -> [String] {
        run { machine, now, output in machine.receivedText(text.utf8.span.bytes, now: now, output: &output) }
    }

    /// Bytes of audio, in 16-bit samples.
    mutating func audio(samples: Int) -> BinaryMeaning { machine.receivedBinary(byteCount: samples * 2, now: now) }

    mutating func event(_ event: SessionEvent) -> [String] {
        run { machine, now, output in machine.session(event, now: now, output: &output) }
    }

    mutating func wait(_ duration: Duration) -> [String] {
        now += duration
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
                return Self.short(DeepgramServerMessage(parsing: bytes.span.bytes))
            case .command(let command): return "→ \(command)"
            case .audio(let bytes): return "→ audio \(bytes.count)"
            case .close(let code, let reason): return "close \(code) \(reason)".trimmed
            }
        }
    }

    static func short(_ message: DeepgramServerMessage) -> String {
        switch message {
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
