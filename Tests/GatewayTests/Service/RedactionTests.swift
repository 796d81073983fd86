import Foundation
import Framing
import HarkenTesting
import Net
@testable import Observability
import Speech
import Synchronization
import Testing

/// A card number is said over several finals. Nothing of it is in what a client gets, or in a file.
@Suite(.hangLimit) struct `A redacted card number` {
    private static let secret = ["forty-nine", "twenty-nine", "eighteen", "fifty-three", "zero", "zero", "forty-two", "seventy-seven", "sixteen"]
    private static let words = ["my", "card", "number", "is"] + secret + ["thanks", "a", "lot"]
    private static let settings = ["HARKEN_REDACT": "pci"]

    /// Says a word in each second.
    private static func engine() -> ScriptedEngine {
        ScriptedEngine(word: { $0 <= words.count ? words[$0 - 1] : "bye" }, transcript: .success(transcript))
    }

    private static let transcript: Transcript = {
        let all = words.enumerated().map { index, word in
            Word(word, SampleRange(SampleIndex(Int64(index) * 16_000), count: SampleCount(16_000)), confidence: 1)
        }
        let segments = [0..<6, 6..<all.count].map { range in
            Transcript.Segment(range: SampleRange(all[range.lowerBound].range.start, all[range.upperBound - 1].range.end), words: range)
        }
        return Transcript(
            rate: .speech, length: SampleCount(Int64(all.count) * 16_000), language: .english, model: "scripted-1",
            channels: [.init(words: all, segments: segments)], raw: Array(words.joined(separator: " ").utf8))
    }()

    private func isClean(_ text: String) -> Bool { !Self.secret.contains { $0 != "zero" && text.lowercased().contains($0) } }

    /// Files of the data directory with one of the secret words, or with the digits.
    private func leaks(_ gateway: TestGateway) throws -> [String] {
        let files = FileManager.default.enumerator(atPath: gateway.directory)?.compactMap { $0 as? String } ?? []
        #expect(files.contains { $0.hasPrefix("journal/") })
        let needles = Self.secret.filter { $0 != "zero" } + ["4929185300427716"]
        return files.filter { file in
            guard let bytes = FileManager.default.contents(atPath: gateway.directory + "/" + file) else { return false }
            return needles.contains { bytes.has(Data($0.utf8)) }
        }
    }

    private func files(_ gateway: TestGateway, with bytes: Data) throws -> [String] {
        let files = FileManager.default.enumerator(atPath: gateway.directory)?.compactMap { $0 as? String } ?? []
        return files.filter { FileManager.default.contents(atPath: gateway.directory + "/" + $0)?.has(bytes) == true }
    }

    private func with(_ settings: [String: String], _ body: (TestGateway) async throws -> Void) async throws {
        let lines = Mutex("")
        let log = Log(level: .debug, write: { line in lines.withLock { $0 += line } })
        try await TestGateway.with(Self.engine(), keys: TestKeys(valid: []), settings: settings, log: log) { gateway in
            try await body(gateway)
            try await gateway.sessionsEnd()
            #expect(try leaks(gateway) == [])
            // The audio of the sessions is erased a moment after they are stored.
            try await until { try files(gateway, with: Data(repeating: 0x11, count: 200)).filter { $0.hasPrefix("journal/") }.isEmpty }
        }
        #expect(isClean(lines.withLock(\.self)))
    }

    private func speak(_ path: String, _ gateway: TestGateway, end: String?) async throws -> [String] {
        let socket = try await gateway.connect(path)
        for _ in 0..<10 * Self.words.count { socket.send(binary: [UInt8](repeating: 0x11, count: 3_200)) }
        if let end { socket.send(text: end) } else { _ = await socket.next { $0.contains("thanks") } }
        if end == nil { socket.close() }
        let rest = await socket.rest().compactMap { if case .text(let text) = $0 { text } else { nil } }
        #expect(try leaks(gateway) == [])
        return rest
    }

    @Test func `is in no message and no file of a live Deepgram session that asks`() async throws {
        try await with([:]) { gateway in
            let path = "/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true&model=nova-3&redact=pci"
            let texts = try await speak(path, gateway, end: #"{"type":"CloseStream"}"#)
            #expect(texts.allSatisfy(isClean))
            let finals = texts.filter { $0.contains(#""is_final":true"#) }
            #expect(finals.filter { $0.contains(#""transcript":"[CREDIT_CARD_1]""#) }.count == Self.secret.count)
            #expect(finals.contains { $0.contains(#""transcript":"thanks""#) })
            // The session's own record, which a person may look at.
            let folder = gateway.directory + "/transcripts"
            try await until { try FileManager.default.contentsOfDirectory(atPath: folder).contains { $0.hasSuffix(".json") } }
        }
    }

    @Test func `is in no file where the operator demands redaction of all sessions`() async throws {
        try await with(Self.settings) { gateway in
            _ = try await speak("/v4/listen?language=en&sample_rate=16000&codec=pcm16&vad_gate=disabled", gateway, end: nil)
            let texts = try await speak("/v1/listen?encoding=linear16&sample_rate=16000&model=nova-3", gateway, end: #"{"type":"CloseStream"}"#)
            #expect(texts.allSatisfy(isClean) && texts.contains { $0.contains("[card_number]") })
            try await gateway.sessionsEnd()
            let found = try await gateway.send(.get, "/api/v1/conversations?limit=10").text
            #expect(isClean(found))
        }
    }

    @Test func `is in no answer and no file of a recording`() async throws {
        try await with(Self.settings) { gateway in
            let audio = [UInt8](repeating: 0x11, count: 100_000)
            let deepgram = try await gateway.send(.post, "/v1/listen?redact=pci&utterances=true&punctuate=true", body: audio)
            #expect(deepgram.status == 200 && isClean(deepgram.text), "\(deepgram.text)")
            #expect(deepgram.text.contains(#""transcript":"my card number is [CREDIT_CARD_1] thanks a lot""#), "\(deepgram.text)")
            let demanded = try await gateway.send(.post, "/v1/listen", body: audio)
            #expect(demanded.text.contains(#""transcript":"my card number is [card_number] thanks a lot""#), "\(demanded.text)")
            let refused = try await gateway.send(.post, "/v1/listen?redact=phi", body: audio)
            #expect(refused.status == 400 && refused.text.contains("credit_card"))
            for fields in [[("stream", "true")], [("response_format", "verbose_json")], []] {
                var body: [UInt8] = []
                for (name, value) in fields + [("model", "whisper-1")] {
                    body += Array("--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
                }
                body +=
                    Array("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n".utf8) + audio
                    + Array("\r\n--b--\r\n".utf8)
                let answer = try await gateway.send(
                    .post, "/v1/audio/transcriptions", headers: ["Content-Type": "multipart/form-data; boundary=b"], body: body)
                #expect(answer.status == 200 && isClean(answer.text) && answer.text.contains("[card_number]"), "\(answer.text)")
            }
            let upload = try await gateway.send(.post, "/v2/upload", body: audio)
            let address = try #require(upload.text.split(separator: "\"").first { $0.hasPrefix("http") })
            let ordered = try await gateway.send(
                .post, "/v2/transcript", headers: ["Content-Type": "application/json"], body: Array(#"{"audio_url":"\#(address)"}"#.utf8))
            let id = try #require(ordered.text.split(separator: "\"").drop { $0 != "id" }.dropFirst(2).first)
            var text = ""
            try await until(showing: text) {
                text = try await gateway.send(.get, "/v2/transcript/\(id)").text
                return text.contains(#""status":"completed""#)
            }
            #expect(isClean(text) && text.contains("[card_number]"), "\(text)")
            // A session keeps a journal open, so that the search has one to look at.
            _ = try await speak("/v1/listen?encoding=linear16&sample_rate=16000", gateway, end: #"{"type":"CloseStream"}"#)
        }
    }
}
