import Framing
import Protocols
import Speech
import Testing

/// A client of the server without sockets, its `StartRecognition` first: what is told to the machine, and what it says to that, in short words.
struct SpeechmaticsConversation: ServerConversation {
    var machine: any LiveServerMachine
    var now = Instant.now
    var raw: [String] = []

    /// - Parameters:
    ///   - config: members behind the language.
    ///   - ready: an engine is there.
    init(_ config: String = #""enable_partials":true"#, ready: Bool = true) throws {
        var entrance = try Entrance.speechmatics()
        machine = try entrance.begin(Self.start(config)).machine
        _ = run { $0.opened(LiveStart(rate: .speech, model: "moonshine-base-en"), now: $1, output: &$2) }
        if ready { #expect(event(.ready) == ["started", "info recognition_quality"]) }
    }

    static func start(_ config: String) -> String {
        """
        {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},
        "transcription_config":{"language":"en"\(config.isEmpty ? "" : ",")\(config)}}
        """
    }

    /// As the gateway does it.
    mutating func audio(samples: Int) -> [String] {
        let (meaning, said) = binary([UInt8](repeating: 0, count: samples * 2))
        return switch meaning {
        case .audio: ["→ audio"] + said
        case .ignored: said.isEmpty ? ["ignored"] : said
        case .command, .rejected, .rejectedInBand: ["\(meaning)"]
        }
    }

    static func short(_ message: [UInt8]) -> String {
        switch SpeechmaticsServerMessage(parsing: message.span.bytes) {
        case .recognitionStarted: "started"
        case .audioAdded(let number, let channel): "added \(number)" + named(channel)
        case .partial(let transcript): "partial \(transcript.start)–\(transcript.end) \(transcript.shortItems)" + named(transcript.channel)
        case .transcript(let transcript): "final \(transcript.start)–\(transcript.end) \(transcript.shortItems)" + named(transcript.channel)
        case .endOfUtterance(let at, let channel): "end of utterance \(at)" + named(channel)
        case .partialSegment(let segment): "preview \(segment.short)"
        case .segment(let segment): "segment \(segment.short)"
        case .boundary(let boundary, let at): "\(boundary.rawValue) \(at)"
        case .endOfTranscript: "end of transcript"
        case .speakers(let labels): (["speakers"] + labels).joined(separator: " ")
        case .info(let type, _, _): "info \(type)"
        case .warning(let type, _): type.isEmpty ? "warning" : "warning \(type)"
        case .error(let type, _): "error \(type)"
        case .unrecognized(let name): "unrecognized \(name)"
        case .malformed(let problem): "malformed \(problem)"
        }
    }
}

private func named(_ channel: String?) -> String { channel.map { " in \($0)" } ?? "" }

extension SpeechmaticsTranscript {
    /// Its text, and where sentences end.
    var shortItems: String {
        results.isEmpty ? "-" : "“\(text)”" + (results.contains(where: \.endsSentence) ? " eos" : "")
    }
}

extension Entrance {
    static func speechmatics(_ path: String = "/v2") throws -> Entrance {
        let handshake = try SpeechmaticsLiveServer.accept(HTTPRequestHead(.get, path), LiveConversation.context).get()
        return Entrance(handshake, SpeechmaticsConversation.short)
    }
}
