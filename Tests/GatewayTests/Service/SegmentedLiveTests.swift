import Foundation
import Framing
import Gateway
import HarkenTesting
import Speech
import Testing

@Suite(.hangLimit) struct `Live audio by a server for recordings` {
    private let path = "/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true"

    /// Runs `body` with a gateway whose engines are the server and, before or behind it, a scripted engine.
    private func with(
        _ server: RecordingServer, scripted: ScriptedEngine = ScriptedEngine(), isFirst: Bool = true, _ body: (TestGateway) async throws -> Void
    ) async throws {
        defer { server.stop() }
        let settings = [
            "OPENAI_LIVE": "true", "OPENAI_API_KEY": "key", "OPENAI_BASE_URL": server.address, "OPENAI_INTERIM_SECONDS": "0.2",
            "OPENAI_STT_MODEL": "tiny",
            // A slow machine would reach the limits of the clock.
            "HARKEN_STALL_SECONDS": "0", "HARKEN_REPAIR_SECONDS": "60",
        ]
        try await TestGateway.with(scripted, keys: TestKeys(valid: []), settings: settings, ears: TestEars(), usesVendors: true) {
            $0.engines = isFirst ? $0.engines + [EngineName("scripted")] : [EngineName("scripted")] + $0.engines
        } _: {
            try await body($0)
        }
    }

    /// Seconds of something loud, and then half as many of silence.
    ///
    /// - Parameters:
    ///   - beforeSilence: called once everything loud was sent.
    ///   - beforeClose: called once everything was sent.
    private func talk(
        _ gateway: TestGateway, seconds: Int, beforeSilence: (TestSocket) async throws -> Void = { _ in },
        beforeClose: (TestSocket) async throws -> Void = { _ in }
    ) async throws -> [TestSocket.Event] {
        let socket = try await gateway.connect(path, headers: [:])
        for tenth in 0..<(15 * seconds) {
            if tenth == 10 * seconds { try await beforeSilence(socket) }
            let piece = (0..<1_600).flatMap { number -> [UInt8] in
                let sample = tenth < 10 * seconds ? Int16(number % 20 < 10 ? 8_000 : -8_000) : 0
                return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
            }
            socket.send(binary: piece)
        }
        try await beforeClose(socket)
        socket.send(text: #"{"type":"CloseStream"}"#)
        return await socket.rest()
    }

    private func results(_ events: [TestSocket.Event], isFinal: Bool) -> [String] {
        events.compactMap { event in
            guard case .text(let text) = event, text.contains(#""is_final":\#(isFinal)"#) else { return nil }
            return text
        }
    }

    private func words(_ results: [String]) -> [String] {
        results.flatMap { text in
            text.components(separatedBy: #""word":""#).dropFirst().compactMap { $0.components(separatedBy: "\"").first }
        }
    }

    @Test func `has interims while somebody speaks, and the server's words and times at the end`() async throws {
        let server = try RecordingServer()
        try await with(server) { gateway in
            let events = try await talk(
                gateway, seconds: 4,
                beforeSilence: { socket in
                    #expect(await socket.next { $0.contains(#""is_final":false"#) && $0.contains("heard") } != nil)
                })
            let finals = results(events, isFinal: true)
            #expect(words(finals) == Array(repeating: "heard", count: 4), "\(events)")
            #expect(events.last == .closed(1000, ""))
            #expect(finals.contains { $0.contains(#""start":2.1,"end":2.9"#) }, "\(finals)")
            let first = String(decoding: try #require(server.forms.first).prefix(2_000), as: UTF8.self)
            #expect(first.contains("RIFF") && first.contains("name=\"model\"\r\n\r\ntiny") && first.contains("verbose_json"))
            #expect(server.maxRunning <= 2)
        }
    }

    @Test(arguments: [401, 500, 503])
    func `is taken over by the next engine when the server fails, without a word lost`(status: Int) async throws {
        let server = try RecordingServer(status: status)
        try await with(server) { gateway in
            let counter = #"harken_failovers_total{engine="openai",reason="failed"} 1"#
            // The server is asked for a final once the silence has come.
            let events = try await talk(
                gateway, seconds: 4,
                beforeClose: { socket in
                    try await until {
                        // A session is closed after ten seconds without a message.
                        socket.send(text: #"{"type":"KeepAlive"}"#)
                        return try await gateway.send(.get, "/metrics").text.contains(counter)
                    }
                })
            #expect(words(results(events, isFinal: true)).prefix(4) == ["w1", "w2", "w3", "w4"], "\(events)")
            #expect(events.last == .closed(1000, ""), "\(events)")
            #expect(!server.forms.isEmpty)
            #expect(try await gateway.send(.get, "/metrics").text.contains(counter))
        }
    }

    @Test(arguments: [200, 503]) func `works when the server works, which a trial asks`(status: Int) async throws {
        let server = try RecordingServer(status: status)
        try await with(server) { gateway in
            let answer = try await gateway.send(.post, "/api/v1/admin/engines/openai/try")
            let trial = try JSONValue(parsing: Array(answer.text.utf8))
            #expect(trial["works"] == .bool(status == 200) && trial["called"] == true && !server.forms.isEmpty, "\(trial)")
        }
    }

    @Test func `takes over from an engine that fails`() async throws {
        let server = try RecordingServer()
        let dying = ScriptedEngine(fault: .breaks(.unavailable("gone"), after: SampleCount(24_000)))
        try await with(server, scripted: dying, isFirst: false) { gateway in
            let events = try await talk(gateway, seconds: 5)
            let said = words(results(events, isFinal: true))
            #expect(said.first == "w1" && said.count { $0 == "heard" } >= 3, "\(said)")
            #expect(events.last == .closed(1000, ""))
            #expect(!(try await gateway.send(.get, "/metrics").text).contains("harken_gap_seconds_total{"))
        }
    }
}
