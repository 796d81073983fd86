import Continuity
import Foundation
import Framing
import Gateway
import HarkenTesting
import Net
@testable import Settings
import Speech
import Testing

@Suite(.hangLimit) struct `A live session that several engines hear` {
    private let path = "/v1/listen?encoding=linear16&sample_rate=16000&interim_results=true"
    /// A second of something loud.
    private let second = (0..<16_000).flatMap { number -> [UInt8] in
        let sample = Int16(number % 20 < 10 ? 8_000 : -8_000)
        return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
    }
    private let first = EngineName("first"), other = EngineName("second"), third = EngineName("third")

    @Test(arguments: ["fast", "shadow", "hedged,ensemble", ""]) func `is rejected in a mode that nobody offers, with those that there are`(
        mode: String
    )
        async throws
    {
        try await with(ScriptedEngine(name: first), [ScriptedEngine(name: other)]) { gateway in
            let answer = try await rejection(gateway, mode: mode)
            #expect(answer.contains("failover, hedged, ensemble"))
        }
    }

    @Test func `is rejected when the request may use too few engines, and says which`() async throws {
        try await with(ScriptedEngine(name: first), [ScriptedEngine(name: other)]) { gateway in
            let answer = try await rejection(gateway, mode: "hedged", query: "&engine=first")
            #expect(answer.contains("hedged needs 2 engines") && answer.contains("first") && answer.contains("engine="))
        }
    }

    @Test func `goes on with the other engine when one dies in the middle of a word, without a seam`() async throws {
        let dying = ScriptedEngine(name: first, fault: .breaks(.unavailable("gone"), after: SampleCount(24_000)))
        try await with(dying, [ScriptedEngine(name: other)]) { gateway in
            let events = try await talk(gateway, seconds: 4, mode: "hedged")
            #expect(finals(events).joined(separator: " ") == "w1 w2 w3 w4")
            #expect(events.last == .closed(1000, ""))
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(!metrics.contains("harken_gap_seconds_total{"))
            #expect(!metrics.contains("harken_repairs_total{"))
            #expect(metrics.contains(#"harken_failovers_total{engine="first",reason="failed"} 1"#))
        }
    }

    @Test func `counts a stream that failed as failed over when another takes over, and only then`() async throws {
        let fault = ScriptedFault.breaks(.unavailable("gone"), after: SampleCount(24_000))
        func metrics(_ others: [ScriptedEngine]) async throws -> String {
            var text = ""
            try await with(ScriptedEngine(name: first, fault: fault), others) { gateway in
                _ = try await talk(gateway, seconds: 4, mode: nil)
                try await gateway.sessionsEnd()
                text = try await gateway.send(.get, "/metrics").text
            }
            return text
        }
        let alone = try await metrics([])
        #expect(alone.contains(#"harken_engine_streams_total{engine="first",outcome="failed"} 1"#))
        #expect(!alone.contains("harken_failovers_total{"))
        #expect(try await metrics([ScriptedEngine(name: other)]).contains(#"harken_failovers_total{engine="first",reason="failed"} 1"#))
    }

    @Test func `says everything once, whoever was first`() async throws {
        try await with(ScriptedEngine(name: first), [ScriptedEngine(name: other), ScriptedEngine(name: third)]) { gateway in
            for mode in ["hedged", "ensemble"] {
                let events = try await talk(gateway, seconds: 3, mode: mode)
                #expect(finals(events).joined(separator: " ") == "w1 w2 w3")
                #expect(events.last == .closed(1000, ""))
            }
        }
    }

    @Test func `is answered once for each finalize`() async throws {
        try await with(ScriptedEngine(name: first), [ScriptedEngine(name: other), ScriptedEngine(name: third)]) { gateway in
            for mode in ["hedged", "ensemble"] {
                let socket = try await gateway.connect(path, headers: ["X-Harken-Mode": mode])
                socket.send(binary: Array(second[..<16_000]))
                socket.send(text: #"{"type":"Finalize"}"#)
                #expect(await socket.next { $0.contains(#""from_finalize":true"#) }?.contains("w1") == true)
                socket.send(text: #"{"type":"CloseStream"}"#)
                let rest = await socket.rest()
                #expect(!texts(rest).contains { $0.contains(#""from_finalize":true"#) })
                #expect(rest.last == .closed(1000, ""))
            }
        }
    }

    @Test func `is given what two of three engines heard`() async throws {
        let wrong = ScriptedEngine(name: first) { $0 == 2 ? "horse" : "w\($0)" }
        try await with(wrong, [ScriptedEngine(name: other), ScriptedEngine(name: third)]) { gateway in
            let events = try await talk(gateway, seconds: 3, mode: "ensemble")
            #expect(finals(events).joined(separator: " ") == "w1 w2 w3")
        }
    }

    @Test func `does not wait for an engine that says nothing for longer than a vote may take`() async throws {
        let mute = ScriptedEngine(name: third, fault: .mute)
        let wrong = ScriptedEngine(name: other) { $0 == 2 ? "horse" : "w\($0)" }
        try await with(ScriptedEngine(name: first), [wrong, mute], settings: ["HARKEN_VOTE_SECONDS": "0.2"]) { gateway in
            let socket = try await gateway.connect(path, headers: ["X-Harken-Mode": "ensemble"])
            for _ in 0..<3 { socket.send(binary: second) }
            // While the session goes on.
            var heard: [TestSocket.Event] = []
            while !finals(heard).contains("w3"), let text = await socket.next(where: { $0.contains(#""is_final":true"#) }) {
                heard.append(.text(text))
            }
            #expect(finals(heard).joined(separator: " ") == "w1 w2 w3")
            socket.send(text: #"{"type":"CloseStream"}"#)
            #expect(await socket.rest().last == .closed(1000, ""))
        }
    }

    @Test(arguments: [
        ScriptedFault.none, .rejects(.unauthorized("no")), .hangs, .mute, .breaks(.unavailable("gone"), after: SampleCount(8_000)),
    ])
    func `is the same with a shadow, whatever becomes of that`(fault: ScriptedFault) async throws {
        let shadow = ScriptedEngine(name: other, fault: fault) { $0 == 2 ? "horse" : "w\($0)" }
        try await with(ScriptedEngine(name: first), [shadow], mode: .shadow) { gateway in
            let events = try await talk(gateway, seconds: 4, mode: nil)
            #expect(finals(events).joined(separator: " ") == "w1 w2 w3 w4")
            #expect(!texts(events).contains { $0.contains("horse") })
            #expect(events.last == .closed(1000, ""))
            try await gateway.sessionsEnd()
            await gateway.settle()
            let line = try String(contentsOfFile: gateway.directory + "/evaluations.jsonl", encoding: .utf8)
            #expect(line.contains(#""engine":"second""#))
            let metrics = try await gateway.send(.get, "/metrics").text
            #expect(!metrics.contains("harken_failovers_total{"))
            guard fault == .none else { return }
            #expect(line.contains(#""committed_by":["first"]"#) && line.contains("horse"))
            #expect(metrics.contains(#"harken_shadow_words_total{engine="second",outcome="substituted"} 1"#))
        }
    }

    @Test func `is shown the settings that are in force with the engine that stays`() async throws {
        let leaving = ScriptedEngine(name: first, fault: .breaks(.unavailable("gone"), after: SampleCount(24_000)))
        try await with(leaving, [ScriptedEngine(name: EngineName("openai"))]) { gateway in
            let socket = try await gateway.connect("/v1/realtime?intent=transcription", headers: ["X-Harken-Mode": "hedged"])
            socket.send(text: #"{"type":"session.update","session":{"audio":{"input":{"noise_reduction":{"type":"near_field"}}}}}"#)
            #expect(await socket.next { $0.contains("session.updated") }?.contains("near_field") == true, "no engine is chosen yet")
            // A tenth of a second at 24 kHz.
            let tenth = #"{"type":"input_audio_buffer.append","audio":"\#(String(repeating: "A", count: 6_400))"}"#
            socket.send(text: tenth)
            #expect(await socket.next { $0.contains("session.updated") }?.contains(#""noise_reduction":null"#) == true)
            for _ in 0..<30 { socket.send(text: tenth) }
            #expect(await socket.next { $0.contains("session.updated") }?.contains("near_field") == true)
            socket.close()
        }
    }

    // MARK: -

    private func with(
        _ engine: ScriptedEngine, _ others: [ScriptedEngine], mode: SessionMode = .failover, settings: [String: String] = [:],
        _ body: (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.with(engine, others: others, keys: TestKeys(valid: []), settings: settings) { configuration in
            configuration.modes.mode = mode
            configuration.modes.shadowShare = 1
        } _: {
            try await body($0)
        }
    }

    private func rejection(_ gateway: TestGateway, mode: String, query: String = "") async throws -> String {
        let headers: HTTPHeaders = [
            "X-Harken-Mode": mode, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        ]
        let answer = try await gateway.send(.get, path + query, headers: headers)
        #expect(answer.status == 400)
        return answer.text
    }

    /// A whole session.
    private func talk(_ gateway: TestGateway, seconds: Int, mode: String?) async throws -> [TestSocket.Event] {
        let socket = try await gateway.connect(path, headers: mode.map { ["X-Harken-Mode": $0] } ?? [:])
        for _ in 0..<seconds { for tenth in 0..<10 { socket.send(binary: Array(second[tenth * 3_200..<(tenth + 1) * 3_200])) } }
        socket.send(text: #"{"type":"CloseStream"}"#)
        return await socket.rest()
    }

    private func texts(_ events: [TestSocket.Event]) -> [String] {
        events.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The words of finals.
    private func finals(_ events: [TestSocket.Event]) -> [String] {
        texts(events).filter { $0.contains(#""is_final":true"#) }.flatMap { text in
            text.components(separatedBy: #""word":""#).dropFirst().compactMap { $0.components(separatedBy: "\"").first }
        }
    }
}
