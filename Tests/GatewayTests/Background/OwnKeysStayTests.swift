import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
@testable import Observability
import Speech
import Synchronization
import Testing

/// Keys of callers' own, sent through a whole gateway to vendors who quote them: nothing that the gateway says, counts, logs or writes down has them.
@Suite(.hangLimit) struct `A key of the caller's own` {
    private static let deepgram = "dgk7f3a9c1e5b2d4068aa17"
    private static let assemblyAI = "aaik4471bd90c6e3f2581bb3"
    private static let enrolled = "enrk99e1d07c44b2a6f35cc8"
    private static let unused = "sonk5c2ef80b3d917a6640de"

    /// What must be found nowhere: each key from its beginning on, as it is and as Base64 has it wherever it begins.
    private static let needles = [deepgram, assemblyAI, enrolled, unused].flatMap { key in
        [String(key.prefix(8))]
            + (0..<3).map { shift in
                let text = Data([UInt8](repeating: 0x20, count: shift) + Array(key.utf8)).base64EncodedString()
                return String(text.dropFirst(shift == 0 ? 0 : 4).prefix(10))
            }
    }

    private static func found(in bytes: Data) -> [String] { needles.filter { bytes.has(Data($0.utf8)) } }

    /// Everything that was answered.
    private final class Answers: Sendable {
        let all = Mutex("")
        func add(_ answer: TestGateway.Answer) {
            all.withLock { $0 += "\(answer.status) \(answer.headers.fields.map { "\($0.name): \($0.value)" }) \(answer.text)\n" }
        }
    }

    private final class Lines: Sendable {
        let all = Mutex("")
    }

    @Test func `is found in no answer, no line of the log, no metric and no byte of the store`() async throws {
        let vendor = try QuotingVendor()
        defer { vendor.stop() }
        let folder = FileManager.default.temporaryDirectory.appending(path: "harken-gateway-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let settings = [
            "ASSEMBLYAI_BACKGROUND_STT_ENABLED": "true", "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED": "true", "ASSEMBLYAI_BASE_URL": vendor.address,
            "DEEPGRAM_BASE_URL": vendor.address, "ASSEMBLYAI_POLL_INTERVAL_SECONDS": "0.1",
        ]
        let lines = Lines(), answers = Answers()
        let log = Log(level: .debug, write: { line in lines.all.withLock { $0 += line } })
        var metrics = ""
        let own = ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "Own.")] }
        try await TestGateway.with(
            ScriptedEngine(), keys: TestKeys(valid: []), settings: settings, directory: folder, keepsDirectory: true, recorded: [own], log: log
        ) { gateway in
            await gateway.resumeJobs()
            try await requests(gateway, vendor, answers)
            metrics = try await gateway.send(.get, "/metrics").text
            answers.add(try await gateway.api(.get, "/api/v1/usage?by=key"))
        }
        #expect(vendor.count >= 20)
        let (said, logged) = (answers.all.withLock { $0 }, lines.all.withLock { $0 })
        #expect(logged.contains("background audio not recognized") && metrics.contains("harken_transcription_provider_requests_total"))
        #expect(Self.found(in: Data(said.utf8)) == [], "\(said)")
        #expect(Self.found(in: Data(logged.utf8)) == [], "\(logged)")
        #expect(Self.found(in: Data(metrics.utf8)) == [])
        var files = 0
        for case let name as String in FileManager.default.enumerator(atPath: folder) ?? FileManager.DirectoryEnumerator() {
            guard let bytes = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
            files += 1
            #expect(Self.found(in: bytes) == [] && Self.found(in: Data(name.utf8)) == [], "\(name)")
        }
        #expect(files > 0)
    }

    private func requests(_ gateway: TestGateway, _ vendor: QuotingVendor, _ answers: Answers) async throws {
        let rows: [HTTPHeaders] = [
            ["X-BYOK-Deepgram": Self.deepgram], ["X-BYOK-AssemblyAI": Self.assemblyAI],
            ["X-BYOK-Deepgram": Self.deepgram, "X-BYOK-AssemblyAI": Self.assemblyAI], ["X-BYOK-Soniox": Self.unused],
        ]
        let id = try await gateway.startRecording()
        for (row, headers) in rows.enumerated() {
            answers.add(try await gateway.desktop(.get, "capabilities", headers: headers))
            // What passes by itself would be waited for; what it says is folded as the rest is. Deepgram's one request is not repeated after a 500.
            let isRepeated = headers["X-BYOK-AssemblyAI"] != nil
            for status in [401, 402, 403, 400, 404, 413, 200] + (isRepeated ? [] : [500]) {
                vendor.answer(status)
                answers.add(try await gateway.sendChunk("c\(row)-\(status)", at: 20_000 * row, of: id, seconds: 1, headers: headers))
            }
            // Faults of the request itself.
            answers.add(try await gateway.sendChunk("odd", at: 0, of: id, seconds: 1.00001, headers: headers))
            answers.add(try await gateway.sendChunk("x", at: 0, of: "nobody", seconds: 1, headers: headers))
            answers.add(try await gateway.desktop(.post, "background-transcribe", headers: headers, body: []))
            vendor.answer(401)
            let file = (name: OfflineFiles.name(at: 1_710_000_000 + row * 1_000), bytes: OfflineFiles.frames(seconds: 1, sample: Int16(row)))
            answers.add(try await gateway.synchronize([file], headers: headers))
            if row < 3 {
                let socket = try await gateway.connect("/v4/listen?codec=pcm16&sample_rate=16000", headers: headers)
                let events = await socket.rest()
                answers.add(TestGateway.Answer(status: 0, headers: [:], json: .null, text: "\(events)"))
            }
        }
        // One that is enrolled, and another in its place.
        answers.add(try await gateway.api(.put, "/api/v1/users/me/provider-keys/deepgram", body: #"{"key":"\#(Self.enrolled)"}"#))
        for key in [Self.enrolled, Self.deepgram] {
            answers.add(try await gateway.sendChunk("e" + key.prefix(3), at: 100_000, of: id, seconds: 1, headers: ["X-BYOK-Deepgram": key]))
            answers.add(try await gateway.api(.get, "/api/v1/users/me/provider-keys"))
        }
        answers.add(try await gateway.finishRecording(id))
    }

    /// The search finds what it looks for.
    @Test(arguments: [enrolled, deepgram]) func `would be found`(key: String) {
        for shift in 0..<3 {
            let text = Data([UInt8](repeating: 0x61, count: shift) + Array(key.utf8) + [0x7A]).base64EncodedString()
            #expect(!Self.found(in: Data("x \(text) x".utf8)).isEmpty, "\(text)")
        }
        #expect(!Self.found(in: Data("x \(key.prefix(9))".utf8)).isEmpty)
        #expect(Self.found(in: Data("nothing".utf8)).isEmpty)
    }
}
