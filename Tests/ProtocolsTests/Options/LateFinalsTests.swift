import Framing
import Protocols
import Speech
import Testing

/// The warning that final words come late, as each protocol tells it.
@Suite struct `Final words that come late` {
    private func opened(_ dialect: String) throws -> any LiveServerMachine {
        switch dialect {
        case "deepgram": return try LiveConversation().machine
        case "flux": return try `Deepgram's turns`.Conversation().machine
        case "soniox": return try SonioxConversation().machine
        case "speechmatics": return try SpeechmaticsConversation().machine
        case "agent": return try SpeechmaticsAgentConversation().machine
        case "listen": return try ListenConversation.ready().machine
        case "assemblyai": return try AssemblyAIConversation().machine
        case "realtime": return try #require(try RealtimeConversation.speaking().machine)
        default: return try #require(try ManagedConversation.ready().machine)
        }
    }

    @Test(arguments: [
        ("deepgram", #""warnings":[{"parameter":"model","type":"unsupported_model","message":"TEXT"}]"#),
        ("flux", #""code":"LATE_RESULTS","description":"TEXT""#), ("soniox", #""warnings":["TEXT"]"#),
        ("speechmatics", #""message":"Warning","type":"late","reason":"TEXT""#), ("agent", #""message":"Warning","type":"late","reason":"TEXT""#),
        ("listen", #""status":"stt_late","status_text":"TEXT""#),
    ]) func `are told while the session runs, and not behind its end`(dialect: String, form: String) throws {
        var machine = try opened(dialect), texts: [String] = []
        func run(_ body: (inout any LiveServerMachine, inout ServerOutput) -> Void) {
            var output = ServerOutput()
            body(&machine, &output)
            texts += output.texts
        }
        let now = Instant.now
        run { $0.finalsAreLate(now: now, output: &$1) }
        // Deepgram has one message for it, the last.
        #expect(texts.count == (dialect == "deepgram" ? 0 : 1), "\(texts)")
        run { $0.drain(now: now, output: &$1) }
        run { $0.session(.ended(SessionEnd(received: SampleCount(160_000))), now: now, output: &$1) }
        let form = form.replacing("TEXT", with: LateFinals.text)
        #expect(texts.count { $0.contains(form) } == 1, "\(texts)")
        let before = texts
        run { $0.finalsAreLate(now: now, output: &$1) }
        #expect(texts == before)
    }

    @Test(arguments: ["assemblyai", "realtime", "managed"])
    func `are not told where the protocol has errors only, or clients take a warning for one`(dialect: String) throws {
        var machine = try opened(dialect), output = ServerOutput()
        machine.finalsAreLate(now: .now, output: &output)
        #expect(output.actions.isEmpty)
    }

    @Test func `are told again by the gateway's own protocol, and their end, until the session is over`() throws {
        var machine = try opened("listen"), texts: [String] = []
        for isLate in [false, true] {
            var output = ServerOutput()
            machine.finalsBecame(late: isLate, now: .now, output: &output)
            texts += output.texts
        }
        #expect(texts.count == 2)
        #expect(texts.first?.contains(#""status":"stt_in_time","status_text":"\#(LateFinals.endText)""#) == true, "\(texts)")
        #expect(texts.last?.contains(#""status":"stt_late","status_text":"\#(LateFinals.text)""#) == true, "\(texts)")
        var output = ServerOutput()
        machine.session(.ended(SessionEnd(received: SampleCount(160_000))), now: .now, output: &output)
        var rest = ServerOutput()
        machine.finalsBecame(late: false, now: .now, output: &rest)
        #expect(rest.texts.isEmpty)
    }

    @Test(arguments: ["deepgram", "flux", "soniox", "speechmatics", "agent", "assemblyai", "realtime", "managed"])
    func `are told once where the protocol has no message for their end`(dialect: String) throws {
        var machine = try opened(dialect), output = ServerOutput()
        for isLate in [false, true] { machine.finalsBecame(late: isLate, now: .now, output: &output) }
        #expect(output.actions.isEmpty)
    }
}
