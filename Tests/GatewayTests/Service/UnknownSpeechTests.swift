import Foundation
import Gateway
import HarkenTesting
@testable import Observability
import Settings
import Speech
import Testing

/// Sessions in which the engine cannot tell the language of some speech.
@Suite(.hangLimit) struct `A session with speech in an unknown language` {
    private static let complaint = EngineNotice.complaint(
        EngineComplaint(code: EngineComplaint.unknownLanguageCode, message: "I do not know this."))
    private static let tenth = [UInt8](repeating: 32, count: 3_200)
    private static let sentence = "The language of the speech from 00:01 on for 1"
    private static let live = PaymentExpectation.all.filter { if case .live = $0.value.request { true } else { false } }.keys.sorted()
    /// The protocols without a message for warnings.
    private static let silent = ["WebSocket /v3/ws", "WebSocket /v1/realtime", "WebSocket /ws/transcribe"]

    /// The second second has no words.
    @Test(arguments: live) func `says so once, in its client's protocol and the log`(route: String) async throws {
        guard case .live(let target, let opening, _, let audio)? = PaymentExpectation.all[route]?.request else { return }
        let lines = SharedLog(), log = Log(level: .info, write: { lines.append($0) })
        let engine = ScriptedEngine(word: { $0 == 2 ? "" : "w\($0)" }, notices: [Self.complaint])
        try await TestGateway.with(engine, keys: TestKeys(valid: []), settings: ["HARKEN_GATE": "off"], log: log) { gateway in
            let socket = try await gateway.connect(target, opening: opening)
            switch audio {
            case .binary: for _ in 0..<60 { socket.send(binary: Self.tenth) }
            case .realtime:
                let piece = #"{"type":"input_audio_buffer.append","audio":"\#(String(repeating: "A", count: 32_000))"}"#
                for _ in 0..<6 { socket.send(text: piece) }
            }
            try await until { lines.entries.contains { $0.contains("the language of some speech is unknown") } }
            gateway.handOverSessions()
            let told = await socket.rest().compactMap { if case .text(let text) = $0, text.contains(Self.sentence) { text } else { nil } }
            #expect(told.count == (Self.silent.contains(route) ? 0 : 1), "\(told)")
            try await gateway.sessionsEnd()
        }
        #expect(lines.entries.count { $0.contains("the language of some speech is unknown") } == 1)
        #expect(!lines.entries.contains { $0.contains("I do not know this.") })
    }
}
