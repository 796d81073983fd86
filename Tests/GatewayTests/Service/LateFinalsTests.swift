import Continuity
import Foundation
import Framing
import Gateway
import HarkenTesting
@testable import Observability
import Protocols
import Settings
import Speech
import Testing

/// Sessions whose engine is behind the audio.
@Suite(.hangLimit) struct `A starved session` {
    /// The complaints of an engine, one for each of its channels.
    private static let late = Array(
        repeating: EngineNotice.complaint(EngineComplaint(code: EngineComplaint.lateCode, message: "I am late.")), count: 3)
    private static let tenth = [UInt8](repeating: 32, count: 3_200)
    private static let path = "/v1/listen?encoding=linear16&sample_rate=16000"
    private static let live = PaymentExpectation.all.filter { if case .live = $0.value.request { true } else { false } }.keys.sorted()

    /// Returns the warning of a route's protocol; nil: it has none.
    private static func warning(of route: String) -> String? {
        let text = LateFinals.text
        return switch route {
        case "WebSocket /v1/listen": #"{"parameter":"model","type":"unsupported_model","message":"\#(text)"}"#
        case "WebSocket /v2/listen": #""code":"LATE_RESULTS","description":"\#(text)""#
        case "WebSocket /transcribe-websocket": #""warnings":["\#(text)"]"#
        case "WebSocket /v2", "WebSocket /v2/", "WebSocket /v2/*", "WebSocket /v2/agent", "WebSocket /v2/agent/":
            #""type":"late","reason":"\#(text)""#
        case "WebSocket /v3/ws", "WebSocket /v1/realtime", "WebSocket /ws/transcribe": nil
        default: #""status":"stt_late","status_text":"\#(text)""#
        }
    }

    private func texts(_ events: [TestSocket.Event]) -> [String] {
        events.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    private func metrics(_ gateway: TestGateway) async throws -> String { try await gateway.send(.get, "/metrics").text }

    @Test(arguments: live)
    func `says so once, in its client's protocol, the log and the metrics`(route: String) async throws {
        guard case .live(let target, let opening, _, let audio)? = PaymentExpectation.all[route]?.request else { return }
        let lines = SharedLog(), log = Log(level: .info, write: { lines.append($0) })
        let engine = ScriptedEngine(notices: Self.late)
        try await TestGateway.with(engine, keys: TestKeys(valid: []), settings: ["HARKEN_GATE": "off"], log: log) { gateway in
            let socket = try await gateway.connect(target, opening: opening)
            switch audio {
            case .binary: for _ in 0..<10 { socket.send(binary: Self.tenth) }
            case .realtime:
                let piece = #"{"type":"input_audio_buffer.append","audio":"\#(String(repeating: "A", count: 32_000))"}"#
                for _ in 0..<2 { socket.send(text: piece) }
            }
            let counted = #"harken_starved_sessions_total{engine="scripted"} 1.0"#
            try await until { try await metrics(gateway).contains(counted) }
            gateway.handOverSessions()
            let told = texts(await socket.rest()).filter { $0.contains(LateFinals.text) }
            #expect(told.count == (Self.warning(of: route) == nil ? 0 : 1), "\(told)")
            if let warning = Self.warning(of: route) { #expect(told.allSatisfy { $0.contains(warning) }, "\(told)") }
            try await gateway.sessionsEnd()
            #expect(try await metrics(gateway).contains(counted))
        }
        #expect(lines.entries.count { $0.contains("the final words of a session come late") } == 1)
        #expect(lines.entries.count { $0.contains("the final words of a session came late") && $0.contains("delay.seconds") } == 1)
        #expect(!lines.entries.contains { $0.contains("I am late.") })
    }

    @Test func `does not say so again when the next engine is late too`() async throws {
        let first = ScriptedEngine(
            name: EngineName("first"), fault: .breaks(.unavailable("gone"), after: SampleCount(16_000)), notices: Self.late)
        let other = ScriptedEngine(name: EngineName("second"), notices: Self.late)
        try await TestGateway.with(first, others: [other], keys: TestKeys(valid: [])) { gateway in
            let told = texts(try await talk(gateway)).filter { $0.contains(LateFinals.text) }
            #expect(told.map { $0.components(separatedBy: LateFinals.text).count } == [2], "\(told)")
            let metrics = try await metrics(gateway)
            #expect(metrics.contains(#"harken_starved_sessions_total{engine="first"} 1.0"#))
            #expect(!metrics.contains(#"harken_starved_sessions_total{engine="second"}"#))
        }
    }

    @Test(arguments: [SessionMode.hedged, .ensemble, .shadow])
    func `is none where words do not wait for the late engine, which is in the log`(mode: SessionMode) async throws {
        let lines = SharedLog(), log = Log(level: .info, write: { lines.append($0) })
        let first = ScriptedEngine(name: EngineName("first")), other = ScriptedEngine(name: EngineName("second"), notices: Self.late)
        try await TestGateway.with(first, others: [other], keys: TestKeys(valid: []), log: log) { configuration in
            configuration.modes.mode = mode
            configuration.modes.shadowShare = 1
        } _: { gateway in
            let events = try await talk(gateway)
            #expect(!texts(events).contains { $0.contains(LateFinals.text) })
            #expect(!(try await metrics(gateway)).contains("harken_starved_sessions_total{"))
        }
        #expect(lines.entries.contains { $0.contains("an engine reported an error") && $0.contains("I am late.") })
        #expect(!lines.entries.contains { $0.contains("the final words of a session") })
    }

    @Test func `tells the gateway's own client that it has caught up`() async throws {
        // The clock stands: finals come as soon as their audio does.
        try await TestGateway.with(
            ScriptedEngine(notices: Self.late), keys: TestKeys(valid: []), settings: ["HARKEN_GATE": "off"], clock: HeldClock()
        ) { gateway in
            let socket = try await gateway.connect("/v4/listen?words=true&codec=linear16&sample_rate=16000&language=en")
            for _ in 0..<30 { socket.send(binary: Self.tenth) }
            socket.send(text: #"{"type":"finish"}"#)
            let told = texts(await socket.rest()).compactMap { text in ["stt_late", "stt_in_time"].first { text.contains("\"\($0)\"") } }
            #expect(told == ["stt_late", "stt_in_time"])
            try await gateway.sessionsEnd()
        }
    }

    /// A whole session of three seconds.
    private func talk(_ gateway: TestGateway) async throws -> [TestSocket.Event] {
        let socket = try await gateway.connect(Self.path)
        for _ in 0..<30 { socket.send(binary: Self.tenth) }
        socket.send(text: #"{"type":"CloseStream"}"#)
        let events = await socket.rest()
        try await gateway.sessionsEnd()
        return events
    }
}
