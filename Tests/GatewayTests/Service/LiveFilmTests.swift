import Framing
import Gateway
import HarkenTesting
import Testing

/// Films that arrive live, by every protocol that takes containers and gives words their times.
@Suite(.hangLimit, .needs(MadeMedia.isPossible, "ffmpeg is not installed")) struct `Films that arrive live` {
    /// A protocol, and the form of its messages.
    struct Way: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var path: String
        var opening: String?
        /// The client's last message.
        var end: String
        /// Suffixes of the containers that the protocol takes; nil: all.
        var containers: Set<String>?
        /// Seconds at which the final words of a message begin.
        var starts: @Sendable (_ message: JSONValue) -> [Double]
        /// Sentences of a message about the stream; nil: the protocol has no place for them.
        var warnings: (@Sendable (_ message: JSONValue) -> [JSONValue?])?
    }

    private static func list(_ value: JSONValue?) -> [JSONValue] { if case .array(let list)? = value { list } else { [] } }

    private static let ways: [Way] = [
        Way(testDescription: "Deepgram", path: "/v1/listen?model=nova-3", end: #"{"type":"CloseStream"}"#) { message in
            guard message["is_final"] == true else { return [] }
            return list(list(message["channel"]?["alternatives"]).first?["words"]).compactMap { $0["start"]?.double }
        } warnings: { message in
            list(message["warnings"]).map { $0["message"] }
        },
        Way(
            testDescription: "AssemblyAI", path: "/v3/ws?sample_rate=16000&encoding=ogg_opus&speech_model=universal-streaming-english",
            end: #"{"type":"Terminate"}"#
        ) { message in
            guard message["end_of_turn"] == true else { return [] }
            return list(message["words"]).compactMap { $0["start"]?.double }.map { $0 / 1_000 }
        },
        Way(
            testDescription: "Soniox", path: "/transcribe-websocket", opening: #"{"model":"stt-rt-v4","audio_format":"auto"}"#, end: ""
        ) { message in
            // A mark is a token of its own, without a length.
            list(message["tokens"]).filter { $0["is_final"] == true && $0["start_ms"] != $0["end_ms"] }
                .compactMap { $0["start_ms"]?.double }.map { $0 / 1_000 }
        } warnings: { message in
            list(message["warnings"])
        },
        Way(
            testDescription: "Speechmatics", path: "/v2",
            opening: #"{"message":"StartRecognition","audio_format":{"type":"file"},"transcription_config":{"language":"en"}}"#,
            end: #"{"message":"EndOfStream","last_seq_no":0}"#
        ) { message in
            guard message["message"] == "AddTranscript" else { return [] }
            return list(message["results"]).filter { $0["type"] == "word" }.compactMap { $0["start_time"]?.double }
        } warnings: { message in
            message["message"] == "Warning" ? [message["reason"]] : []
        },
        Way(
            testDescription: "listen", path: "/v4/listen?words=true&language=en&codec=ogg_opus&sample_rate=16000", end: #"{"type":"finish"}"#,
            containers: ["webm", "mkv"]
        ) { message in
            guard message["type"] == "words" else { return [] }
            return list(message["words"]).compactMap { $0["start"]?.double }.map { $0 / 16_000 }
        } warnings: { message in
            message["status"] == "audio_incomplete" ? [message["status_text"]] : []
        },
    ]

    @Test(arguments: Film.all.filter(\.streams))
    func `have each word where a player has it, and say what is missing, in every protocol`(film: Film) async throws {
        let bytes = try film.bytes(), engine = ToneEngine()
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), recorded: [engine], change: { $0.engines = [engine.name] }
        ) { gateway in
            for way in Self.ways where way.containers?.contains(film.container) ?? true {
                let messages = try await messages(about: bytes, by: way, gateway)
                let starts = messages.flatMap(way.starts)
                #expect(film.has(starts), "\(way.testDescription): \(starts) \(messages)")
                guard let warnings = way.warnings else { continue }
                let said = messages.flatMap(warnings).compactMap { if case .string(let text)? = $0, text.contains("stream") { text } else { nil } }
                #expect(said.isEmpty == (film.liveWarning == nil), "\(way.testDescription): \(said)")
                if let warning = film.liveWarning { #expect(said.allSatisfy { $0.contains(warning) }, "\(way.testDescription): \(said)") }
            }
        }
    }

    /// Sends the film in pieces, and returns the messages of its session.
    private func messages(about film: [UInt8], by way: Way, _ gateway: TestGateway) async throws -> [JSONValue] {
        let socket = try await gateway.connect(way.path, opening: way.opening)
        for start in stride(from: 0, to: film.count, by: 4_000) { socket.send(binary: Array(film[start..<min(film.count, start + 4_000)])) }
        socket.send(text: way.end)
        let messages = try await socket.rest().compactMap { event -> [JSONValue]? in
            // `/v4/listen` says so now and then.
            guard case .text(let text) = event, text != "ping" else { return nil }
            let message = try JSONValue(parsing: Array(text.utf8))
            if case .array(let all) = message { return all }
            return [message]
        }
        try await gateway.sessionsEnd()
        return messages.flatMap { $0 }
    }
}
