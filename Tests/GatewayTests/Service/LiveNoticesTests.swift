import Audio
import Foundation
import Framing
import Gateway
import HarkenTesting
import Speech
import Store
import Testing

/// A container that arrives live and is not whole.
@Suite(.hangLimit) struct `A live stream that is not whole` {
    private let folder = TemporaryFolder()

    /// Eight seconds of sound in Ogg, without the pages of its fourth and fifth second, and without half of the last page.
    private func damaged() throws -> [UInt8] {
        let path = folder.path(of: "whole.opus")
        var file = try OggOpusFile(path: path, rate: .speech)
        try file.append((0..<8 * 16_000).map { Int16(8_000 * sin(Double($0) / 6)) })
        try file.finish()
        let pages = OggPage.all(in: Array(try Data(contentsOf: URL(filePath: path))))
        return pages.filter { !(150_000...250_000).contains($0.end) }.flatMap(\.bytes).dropLast(5)
    }

    private func session(_ gateway: TestGateway) async throws -> String {
        try await untilSome {
            let list = try JSONValue(parsing: Array(try await gateway.send(.get, "/api/v1/sessions").text.utf8))
            guard case .array(let sessions)? = list["sessions"], case .string(let id)? = sessions.first?["id"] else { return nil }
            return id
        }
    }

    @Test func `tells its client, its watchers and its transcript`() async throws {
        let bytes = try damaged()
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect("/v1/listen?punctuate=true")
            let id = try await session(gateway)
            async let watched = gateway.send(.get, "/api/v1/sessions/\(id)/events")
            try await until {
                try await gateway.send(.get, "/metrics").text.contains(
                    #"harken_http_requests_total{route="/api/v1/sessions/{id}/events",status="200"} 1"#)
            }
            for start in stride(from: 0, to: bytes.count, by: 700) { socket.send(binary: Array(bytes[start..<min(bytes.count, start + 700)])) }
            socket.send(text: #"{"type":"CloseStream"}"#)
            let texts = await socket.rest().compactMap { if case .text(let text) = $0 { text } else { nil } }
            let last = try #require(texts.last)
            #expect(last.contains("The stream has no sound from 00:0") && last.contains("The stream is cut off: it has 00:0"), "\(last)")
            let events = try await watched.text
            #expect(events.contains("event: notice") && events.contains(#""name":"holes""#) && events.contains(#""name":"cut""#), "\(events)")
            try await until { try await gateway.send(.get, "/api/v1/sessions/\(id)").text.contains(#""warnings":["The stream has no sound"#) }
        }
    }

    @Test func `shows it in its conversation`() async throws {
        let bytes = try damaged()
        try await TestGateway.with(keys: TestKeys(valid: [])) { gateway in
            let socket = try await gateway.connect("/v4/listen?language=en&codec=ogg_opus&sample_rate=16000&source=desktop&vad_gate=disabled")
            for start in stride(from: 0, to: bytes.count, by: 700) { socket.send(binary: Array(bytes[start..<min(bytes.count, start + 700)])) }
            socket.send(text: #"{"type":"finish"}"#)
            let texts = await socket.rest().compactMap { if case .text(let text) = $0 { text } else { nil } }
            #expect(texts.contains { $0.contains(#""status":"audio_incomplete""#) && $0.contains(#""reason":"holes""#) }, "\(texts)")
            let id = try await untilSome { try await gateway.store().lastCompleted(of: .local) }
            try await until {
                let gaps = try await gateway.api(.get, "/api/v1/conversations/\(id.rawValue)/gaps")
                return gaps.text.contains("The stream has no sound from 00:0") && gaps.text.contains("The stream is cut off")
            }
        }
    }
}
