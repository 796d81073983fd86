import Audio
import Decoding
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
@testable import Settings
import Speech
import Synchronization
import Testing

@Suite(.hangLimit) struct `A recording that cannot be decoded` {
    /// 16-bit WAV of 8 kHz.
    private static func audio(seconds: Int) -> [UInt8] {
        func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        let count = seconds * 16_000
        return Array("RIFF".utf8) + little(UInt32(count + 36)) + Array("WAVEfmt ".utf8) + little(UInt32(16)) + little(UInt16(1)) + little(UInt16(1))
            + little(UInt32(8_000)) + little(UInt32(16_000)) + little(UInt16(2)) + little(UInt16(16)) + Array("data".utf8) + little(UInt32(count))
            + [UInt8](repeating: 3, count: count)
    }

    private func gateway(_ engine: DecodingEngine, _ body: (TestGateway) async throws -> Void) async throws {
        try await TestGateway.with(
            ScriptedEngine(transcript: .failure(.unavailable("not asked"))), keys: TestKeys(valid: []), recorded: [engine],
            change: { $0.engines = [engine.name] }, body)
    }

    private func deepgram(_ gateway: TestGateway, _ audio: [UInt8]) async throws -> (status: Int, text: String) {
        let answer = try await gateway.send(.post, "/v1/listen", body: audio)
        return (answer.status, answer.text)
    }

    private func openAI(_ gateway: TestGateway, _ audio: [UInt8]) async throws -> (status: Int, text: String) {
        let body =
            Array("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n".utf8)
            + Array("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n".utf8) + audio + Array("\r\n--b--\r\n".utf8)
        let answer = try await gateway.send(
            .post, "/v1/audio/transcriptions", headers: ["Content-Type": "multipart/form-data; boundary=b"], body: body)
        return (answer.status, answer.text)
    }

    /// The state of a job when it is over.
    private func assemblyAI(_ gateway: TestGateway, _ audio: [UInt8]) async throws -> JSONValue {
        let upload = try await gateway.send(.post, "/v2/upload", body: audio)
        guard case .string(let address)? = try JSONValue(parsing: Array(upload.text.utf8))["upload_url"] else { return .null }
        let order = try await gateway.send(.post, "/v2/transcript", body: Array(#"{"audio_url":"\#(address)"}"#.utf8))
        guard case .string(let id)? = try JSONValue(parsing: Array(order.text.utf8))["id"] else { return .null }
        var job = JSONValue.null
        try await until {
            job = try JSONValue(parsing: Array(try await gateway.send(.get, "/v2/transcript/\(id)").text.utf8))
            return job["status"] != "queued" && job["status"] != "processing"
        }
        return job
    }

    @Test(.needs(BuiltHarken.isThere, "harken is not built"))
    func `is rejected when it kills its decoder, and the next one is recognised`() async throws {
        let workers = try DecodeWorkers(.init(executable: BuiltHarken.path))
        let isHit = Mutex(true)
        let engine = DecodingEngine(workers) {
            guard isHit.withLock({ $0 }) else { return }
            for process in workers.busyProcesses { kill(process, SIGKILL) }
        }
        let audio = Self.audio(seconds: 120)
        try await gateway(engine) { gateway in
            let reason = "The file could not be decoded: the decoder crashed."
            let first = try await deepgram(gateway, audio)
            #expect(first.status == 400 && first.text.contains(reason), "\(first)")
            let second = try await openAI(gateway, audio)
            #expect(second.status == 400 && second.text.contains(reason), "\(second)")
            let job = try await assemblyAI(gateway, audio)
            #expect(
                job["status"] == "error" && job["error"] == .string("File does not appear to contain audio. \(reason) (decoding: audio_not_usable)"),
                "\(job)")
            isHit.withLock { $0 = false }
            let good = try await deepgram(gateway, audio)
            #expect(good.status == 200 && good.text.contains("samples-1920000"), "\(good)")
            #expect(try await openAI(gateway, audio).status == 200)
        }
    }

    @Test func `is rejected when it is longer than the limit`() async throws {
        let engine = DecodingEngine(BoundedMedia(InProcessMedia(), longest: .seconds(3)))
        try await gateway(engine) { gateway in
            let reason = "The recording is longer than 3 seconds, the longest that this gateway decodes. Send it in parts."
            let first = try await deepgram(gateway, Self.audio(seconds: 4))
            #expect(first.status == 400 && first.text.contains(reason), "\(first)")
            let second = try await openAI(gateway, Self.audio(seconds: 4))
            #expect(second.status == 400 && second.text.contains(reason), "\(second)")
            let job = try await assemblyAI(gateway, Self.audio(seconds: 4))
            #expect(job["status"] == "error" && job["error"] == .string("\(reason) (decoding: audio_not_usable)"), "\(job)")
            #expect(try await deepgram(gateway, Self.audio(seconds: 3)).status == 200)
        }
    }

    @Test func `is as long as the operator says`() throws {
        func length(_ hours: String?) throws -> Duration? {
            var settings = Settings()
            if let hours { settings.merge(["HARKEN_RECORDING_HOURS": hours]) }
            return try GatewayConfiguration(settings, home: "/nowhere", cores: 1).recordingLength
        }
        #expect(try length(nil) == .seconds(86_400))
        #expect(try length("2") == .seconds(7_200))
        #expect(try length("0") == nil)
        #expect(throws: ConfigurationError.self) { try length("-1") }
        #expect(throws: ConfigurationError.self) { try length("soon") }
    }
}
