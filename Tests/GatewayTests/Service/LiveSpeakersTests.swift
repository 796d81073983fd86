import Framing
import Gateway
import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import Engines

/// A protocol whose clients can ask for the speakers of words, the request, and the way in which it tells them.
private struct Speaking: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var path: String
    var opening: String?
    var end: String
    /// Names of the first, second and third speaker.
    var names: [String]
    /// Returns the final words of a message with their speakers.
    var words: @Sendable (JSONValue) -> [(text: String, speaker: JSONValue?)]

    static let all: [Speaking] = [
        Speaking(
            testDescription: "Deepgram", path: "/v1/listen?encoding=linear16&sample_rate=16000&diarize=true", end: #"{"type":"CloseStream"}"#,
            names: ["0", "1", "2"]
        ) { message in
            guard message["is_final"] == true else { return [] }
            return list(message["channel"]?["alternatives"]).flatMap { list($0["words"]) }.map { (text($0["word"]), $0["speaker"]) }
        },
        Speaking(
            testDescription: "AssemblyAI", path: "/v3/ws?sample_rate=16000&speech_model=universal-streaming-english&speaker_labels=true",
            end: #"{"type":"Terminate"}"#, names: ["A", "B", "C"]
        ) { message in
            guard message["end_of_turn"] == true else { return [] }
            return list(message["words"]).map { (text($0["text"]), $0["speaker"]) }
        },
        Speaking(
            testDescription: "Soniox", path: "/transcribe-websocket",
            opening: """
                {"api_key":"k","model":"stt-rt-v4","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1,"enable_speaker_diarization":true}
                """, end: "", names: ["1", "2", "3"]
        ) { message in
            list(message["tokens"]).filter { $0["is_final"] == true }.map { (text($0["text"]).trimmed, $0["speaker"]) }
        },
        Speaking(
            testDescription: "Speechmatics", path: "/v2",
            opening: """
                {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},\
                "transcription_config":{"language":"en","diarization":"speaker","max_delay":4}}
                """, end: #"{"message":"EndOfStream","last_seq_no":0}"#, names: ["S1", "S2", "S3"]
        ) { message in
            guard message["message"] == "AddTranscript" else { return [] }
            return list(message["results"]).flatMap { list($0["alternatives"]) }.map { (text($0["content"]), $0["speaker"]) }
        },
    ]

    private static func list(_ value: JSONValue?) -> [JSONValue] { if case .array(let list)? = value { list } else { [] } }
    private static func text(_ value: JSONValue?) -> String { if case .string(let text)? = value { text } else { "" } }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}

@Suite(.hangLimit) struct `Live speakers` {
    private struct Answer {
        /// The final words, each with its speaker.
        var words: [(text: String, speaker: String?)] = []
        var messages: [String] = []

        func speakers(_ seconds: ClosedRange<Int>) -> [String?] { seconds.map { second in words.first { $0.text == "w\(second)" }?.speaker } }
    }

    /// Speaks for some seconds with each of these values of samples.
    private func talk(_ client: Speaking, _ turns: [(seconds: Int, value: Int16)], to gateway: TestGateway) async throws -> Answer {
        let socket = try await gateway.connect(client.path, opening: client.opening)
        for turn in turns {
            let piece = [UInt8](unsafeUninitializedCapacity: 3_200) { buffer, count in
                for index in 0..<1_600 {
                    buffer[2 * index] = UInt8(truncatingIfNeeded: turn.value)
                    buffer[2 * index + 1] = UInt8(truncatingIfNeeded: turn.value >> 8)
                }
                count = 3_200
            }
            for _ in 0..<10 * turn.seconds { socket.send(binary: piece) }
        }
        socket.send(text: client.end)
        var answer = Answer()
        for event in await socket.rest() {
            guard case .text(let text) = event else { continue }
            answer.messages.append(text)
            for word in client.words(try JSONValue(parsing: Array(text.utf8))) {
                let speaker: String? =
                    switch word.speaker {
                    case .string(let text)?: text
                    case .int(let number)?: "\(number)"
                    default: nil
                    }
                answer.words.append((word.text, speaker))
            }
        }
        return answer
    }

    @Test(arguments: Speaking.all) fileprivate func `are told by their voices, in the form of the protocol`(client: Speaking) async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars(), change: { $0.labelPatience = .seconds(60) }) { gateway in
            let answer = try await talk(client, [(8, 8_000), (8, -8_000), (4, 8_000)], to: gateway)
            #expect(answer.speakers(1...8) == Array(repeating: client.names[0], count: 8))
            // A word alone is too short to be a new speaker.
            #expect(answer.speakers(11...16) == Array(repeating: client.names[1], count: 6))
            #expect(answer.speakers(19...20) == Array(repeating: client.names[0], count: 2))
        }
    }

    @Test(arguments: Speaking.all) fileprivate func `are an engine's own where all engines give them`(client: Speaking) async throws {
        let engine = ScriptedEngine(tellsSpeakers: true, speaker: { SpeakerLabel($0 > 3 ? 0 : 1) })
        try await TestGateway.with(engine, keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            let answer = try await talk(client, [(6, 8_000)], to: gateway)
            #expect(answer.speakers(1...6) == Array(repeating: client.names[1], count: 3) + Array(repeating: client.names[0], count: 3))
        }
    }

    @Test(arguments: Speaking.all) fileprivate func `are nobody, and the answer says so, where nothing can tell them`(client: Speaking) async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let answer = try await talk(client, [(4, 8_000)], to: gateway)
            #expect(answer.words.allSatisfy { $0.speaker == nil })
            #expect(answer.messages.count { $0.contains("no voice model is installed") } == 1)
            #expect(!answer.messages.contains { $0.contains("UNKNOWN") || $0.contains(#""speaker""#) })
            #expect(answer.words.isEmpty == (client.testDescription == "Soniox"), "this protocol can only refuse")
        }
    }

    @Test(arguments: Speaking.all) fileprivate func `keep their names when another engine goes on`(client: Speaking) async throws {
        let first = ScriptedEngine(
            fault: .breaks(.unavailable("gone"), after: SampleCount(16 * 16_000)), tellsSpeakers: true, speaker: { SpeakerLabel($0 > 8 ? 0 : 1) })
        let second = ScriptedEngine(name: EngineName("second"), word: { "x\($0)" })
        try await TestGateway.with(
            first, others: [second], keys: TestKeys(valid: []), ears: TestEars(), change: { $0.labelPatience = .seconds(60) }
        ) { gateway in
            let answer = try await talk(client, [(8, 8_000), (14, -8_000), (8, 8_000)], to: gateway)
            #expect(answer.speakers(2...8) == Array(repeating: client.names[1], count: 7))
            #expect(answer.speakers(10...15) == Array(repeating: client.names[0], count: 6))
            // The second engine gives no labels; the first voice comes back at its end.
            let later = answer.words.filter { $0.text.hasPrefix("x") }.map(\.speaker)
            #expect(later.count > 6 && Set(later) == Set([client.names[0], client.names[1]]))
            #expect(later.last == client.names[1])
        }
    }

    @Test func `are not told to who does not ask, and such words wait for nothing`() async throws {
        try await TestGateway.with(
            keys: TestKeys(valid: []),
            ears: TestEars(isDeaf: {
                Issue.record("a voice was listened to"); return true
            })
        ) { gateway in
            var client = Speaking.all[0]
            client.path = "/v1/listen?encoding=linear16&sample_rate=16000"
            let answer = try await talk(client, [(4, 8_000)], to: gateway)
            #expect(answer.words.count == 4 && answer.words.allSatisfy { $0.speaker == nil })
        }
    }
}
