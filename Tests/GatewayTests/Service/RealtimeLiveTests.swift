import Foundation
import Framing
import Gateway
import HarkenTesting
import Protocols
import Speech
import Testing

/// Another gateway plays OpenAI: its server side was judged by the vendor's own client.
@Suite(.hangLimit) struct `Live audio by OpenAI's realtime protocol` {
    private let path = "/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true"

    /// Runs `body` with a gateway whose engines are the vendor and, before or behind it, a scripted engine with the words w1, w2, …
    ///
    /// - Parameters:
    ///   - vendor: the vendor's engine, with the words v1, v2, …
    ///   - key: the key that the gateway sends; the vendor's is `secret`.
    private func with(
        vendor fault: ScriptedFault = .none, key: String = "secret", scripted: ScriptedEngine = ScriptedEngine(), isFirst: Bool = true,
        _ body: (_ gateway: TestGateway, _ vendor: ScriptedEngine) async throws -> Void
    ) async throws {
        let engine = ScriptedEngine(fault: fault, word: { "v\($0)" })
        try await TestGateway.with(engine, keys: ["secret"]) { vendor in
            let settings = [
                "OPENAI_LIVE": "realtime", "OPENAI_API_KEY": key, "OPENAI_BASE_URL": "http://127.0.0.1:\(vendor.port)",
                // A slow machine would reach the limits of the clock.
                "HARKEN_STALL_SECONDS": "0", "HARKEN_REPAIR_SECONDS": "60",
            ]
            try await TestGateway.with(scripted, keys: TestKeys(valid: []), settings: settings, usesVendors: true) {
                $0.engines = isFirst ? $0.engines + [EngineName("scripted")] : [EngineName("scripted")] + $0.engines
            } _: { gateway in
                try await body(gateway, engine)
            }
        }
    }

    /// Four seconds, each of something loud with a pause behind it, and one of silence. Returns the words of the finals, and all events.
    ///
    /// - Parameter pause: awaited after one and a half seconds.
    private func talk(
        _ gateway: TestGateway, pause: () async throws -> Void = {}
    ) async throws -> (words: [String], events: [TestSocket.Event]) {
        let socket = try await gateway.connect(path, headers: [:])
        for tenth in 0..<50 {
            let piece = (0..<1_600).flatMap { number -> [UInt8] in
                let sample = tenth < 40 && tenth % 10 < 6 ? Int16(number % 20 < 10 ? 8_000 : -8_000) : 0
                return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
            }
            socket.send(binary: piece)
            if tenth == 14 { try await pause() }
        }
        socket.send(text: #"{"type":"CloseStream"}"#)
        let events = await socket.rest()
        let finals = events.compactMap { event -> String? in
            guard case .text(let text) = event, text.contains(#""is_final":true"#) else { return nil }
            return text
        }
        let words = finals.flatMap { $0.components(separatedBy: #""word":""#).dropFirst().compactMap { $0.components(separatedBy: "\"").first } }
        return (words, events)
    }

    @Test func `has every word once`() async throws {
        try await with { gateway, _ in
            let (words, events) = try await talk(gateway)
            #expect(words.prefix(4) == ["v1", "v2", "v3", "v4"] && Set(words).count == words.count, "\(words)")
            #expect(events.last == .closed(1000, ""))
        }
    }

    @Test func `is taken over by the next engine when the vendor's session breaks, without a word lost`() async throws {
        try await with(vendor: .breaks(.unavailable("gone"), after: SampleCount(24_000 * 5 / 2))) { gateway, _ in
            let (words, events) = try await talk(gateway)
            #expect(words.first == "v1" && words.contains { $0.hasPrefix("w") } && words.count >= 4, "\(words)")
            #expect(events.last == .closed(1000, ""))
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(metrics.contains(#"harken_failovers_total{engine="openai",reason="failed"} 1"#) && !metrics.contains("harken_gap_seconds_total{"))
        }
    }

    @Test func `is taken over by the next engine when the vendor rejects the key`() async throws {
        try await with(key: "wrong") { gateway, vendor in
            let (words, events) = try await talk(gateway)
            #expect(words.prefix(4) == ["w1", "w2", "w3", "w4"] && vendor.openStreams == 0, "\(words)")
            #expect(events.last == .closed(1000, ""))
        }
    }

    @Test func `takes over from an engine that fails`() async throws {
        // A stream that opens late begins with the audio of that moment, and what came before is recognized as a recording.
        let length = SampleCount(5 * 16_000)
        let repaired = (0..<5).map { Word("r\($0)", SampleRange(SampleIndex($0 * 16_000 + 4_000), count: SampleCount(8_000)), confidence: 1) }
        let channel = Transcript.Channel(words: repaired, segments: [.init(range: SampleRange(.zero, count: length), words: 0..<5)])
        let recording = Transcript(rate: .speech, length: length, language: LanguageTag("en"), model: "scripted-1", channels: [channel])
        let dying = ScriptedEngine(fault: .breaks(.unavailable("gone"), after: SampleCount(24_000)), transcript: .success(recording))
        try await with(scripted: dying, isFirst: false) { gateway, vendor in
            let (words, events) = try await talk(gateway) { try await until { vendor.openStreams == 1 } }
            #expect(words.first == "w1" && words.count { $0.hasPrefix("v") } >= 3, "\(words)")
            #expect(events.last == .closed(1000, ""))
            #expect(!(try await gateway.send(.get, "/metrics").text).contains("harken_gap_seconds_total{"))
        }
    }

    @Test func `is off unless the settings ask for it`() async throws {
        try await TestGateway.with(ScriptedEngine(), keys: TestKeys(valid: []), settings: ["OPENAI_API_KEY": "k"], usesVendors: true) { _ in
        } _: { gateway in
            await #expect(throws: (any Error).self) { try await gateway.connect(path + "&engine=openai", headers: [:]) }
        }
    }
}
