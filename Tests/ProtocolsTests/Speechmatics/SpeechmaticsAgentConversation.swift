import Framing
import Protocols
import Speech
import Testing

/// A client of Agent STT without sockets, its `StartRecognition` first: what is told to the machine, and what it says to that, in short words.
struct SpeechmaticsAgentConversation: ServerConversation {
    var machine: any LiveServerMachine
    var now = Instant.now
    var raw: [String] = []

    /// - Parameters:
    ///   - config: members behind the model.
    ///   - turns: `turn_detection_mode`.
    ///   - ready: an engine is there.
    ///   - tellsSpeakers: something can tell speakers.
    init(
        _ config: String = #""enable_partials":true"#, turns: String = "vad", ready: Bool = true, tellsSpeakers: Bool = true
    ) throws {
        var entrance = try Entrance.speechmaticsAgent()
        machine = try entrance.begin(Self.start(config, turns: turns)).machine
        _ = run { $0.opened(LiveStart(rate: .speech, model: "m", tellsSpeakers: tellsSpeakers), now: $1, output: &$2) }
        if ready { #expect(event(.ready).contains("started")) }
    }

    static func start(_ config: String = "", turns: String = "vad") -> String {
        """
        {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},
        "transcription_config":{"language":"en","model":"linden-1"\(config.isEmpty ? "" : ",")\(config)},
        "turn_config":{"turn_detection_mode":"\(turns)"}}
        """
    }

    static func short(_ message: [UInt8]) -> String { SpeechmaticsConversation.short(message) }
}

extension SpeechmaticsSegment {
    /// The range, the text, and the speaker if somebody is known.
    var short: String { "\(start)–\(end) “\(transcript)”" + (speaker.map { " \($0)" } ?? "") }
}

extension Entrance {
    static func speechmaticsAgent() throws -> Entrance {
        let handshake = try SpeechmaticsAgentServer.accept(HTTPRequestHead(.get, "/v2/agent"), LiveConversation.context).get()
        return Entrance(handshake, SpeechmaticsConversation.short)
    }
}
