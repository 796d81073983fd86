import Conversations
import Foundation
import Framing
import Gateway
import HarkenTesting
import Speech
import Store
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A speech profile` {
    /// A WAV file of stretches that each hold one value.
    private func wav(_ stretches: [(seconds: Double, value: Int16)], hertz: Int = 16_000, channels: Int = 1) -> [UInt8] {
        func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
        var data: [UInt8] = []
        for stretch in stretches {
            for _ in 0..<Int(stretch.seconds * Double(hertz)) * channels { data += bytes(stretch.value) }
        }
        return Array("RIFF".utf8) + bytes(UInt32(36 + data.count)) + Array("WAVEfmt ".utf8) + bytes(UInt32(16)) + bytes(UInt16(1))
            + bytes(UInt16(channels)) + bytes(UInt32(hertz)) + bytes(UInt32(hertz * 2 * channels)) + bytes(UInt16(2 * channels)) + bytes(UInt16(16))
            + Array("data".utf8) + bytes(UInt32(data.count)) + data
    }

    private func upload(
        _ file: [UInt8], to gateway: TestGateway, status: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
        let answer = try await gateway.send(
            .post, "/v3/upload-audio", headers: ["Content-Type": "multipart/form-data; boundary=b"],
            body: Array(head.utf8) + file + Array("\r\n--b--\r\n".utf8))
        #expect(answer.status == status, "\(answer.text)", sourceLocation: sourceLocation)
    }

    private func expect(
        _ path: String, _ member: String, _ value: JSONValue, _ gateway: TestGateway, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let found = try await get(path, gateway)[member]
        #expect(found == value, sourceLocation: sourceLocation)
    }

    private func get(_ path: String, _ gateway: TestGateway) async throws -> JSONValue {
        let answer = try await gateway.send(.get, path)
        #expect(answer.status == 200)
        return try JSONValue(parsing: Array(answer.text.utf8))
    }

    @Test func `is made of a recording, told of, and replaced by the next`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            try await expect("/v3/speech-profile", "has_profile", .bool(false), gateway)
            try await expect("/v4/speech-profile", "url", .null, gateway)
            try await expect("/v3/speech-profile/stt-availability", "available", .bool(true), gateway)
            try await upload(wav([(5, 8_000)]), to: gateway, status: 200)
            try await expect("/v3/speech-profile", "has_profile", .bool(true), gateway)
            try await upload(wav([(1, 0), (6, -8_000), (3, 0)]), to: gateway, status: 200)
            let status = try await get("/v3/speech-profile/status", gateway)
            #expect(status["sample_count"] == .int(1))
            let store = try gateway.store()
            let voices = try await store.voices(of: .local)
            #expect(voices.map(\.owner) == [.user])
            #expect(voices.first?.voiceprint.direction == [0, 1])
            let audio = try await gateway.send(.get, "/v3/speech-profile/audio")
            #expect(audio.status == 200)
            // The earlier recording is deleted a moment later.
            while try FileManager.default.contentsOfDirectory(atPath: gateway.directory + "/audio").count != 1 {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test func `takes 180 s, and refuses what is too short, too long, of another form, silent or of two voices, and keeps the old one`() async throws
    {
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars()) { gateway in
            try await upload(wav([(180, 8_000)]), to: gateway, status: 200)
            let files = [
                wav([(4.9, -8_000)]), wav([(181, -8_000)]), wav([(8, -8_000)], hertz: 8_000), wav([(8, -8_000)], channels: 2), wav([(8, 0)]),
                wav([(6, 8_000), (6, -8_000)]), Array("RIFF of a kind".utf8), [],
            ]
            for file in files { try await upload(file, to: gateway, status: 400) }
            let voices = try await gateway.store().voices(of: .local)
            #expect(voices.first?.voiceprint.direction == [1, 0])
        }
    }

    @Test func `stays as it was while no voice can be listened to`() async throws {
        let deaf = Flag()
        try await TestGateway.with(keys: TestKeys(valid: []), ears: TestEars(isDeaf: { deaf.isSet })) { gateway in
            try await upload(wav([(8, 8_000)]), to: gateway, status: 200)
            deaf.set()
            try await upload(wav([(8, -8_000)]), to: gateway, status: 503)
            let samples = try await gateway.store().samples(of: .user, of: .local)
            #expect(samples.count == 1 && samples.first?.voiceprint?.direction == [1, 0])
        }
    }

    @Test func `cannot be made where nothing listens to voices`() async throws {
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            try await expect("/v3/speech-profile/stt-availability", "available", .bool(false), gateway)
            try await upload(wav([(8, 8_000)]), to: gateway, status: 503)
        }
    }

    private final class Flag: Sendable {
        private let state = Mutex(false)
        var isSet: Bool { state.withLock { $0 } }
        func set() { state.withLock { $0 = true } }
    }
}
