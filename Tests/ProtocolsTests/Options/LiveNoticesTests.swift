import Framing
import Protocols
import Speech
import Testing

/// What is missing in a live stream, as each protocol tells it.
@Suite struct `Notices about a live stream` {
    private static let hole = RecordingNotice.holes(count: 1, total: .seconds(2), first: .seconds(65))
    private static let cut = RecordingNotice.cut(at: .seconds(70), of: nil)

    private func opened(_ dialect: String) throws -> any ServerConversation {
        switch dialect {
        case "deepgram": try LiveConversation()
        case "soniox": try SonioxConversation()
        case "agent": try SpeechmaticsAgentConversation()
        case "assemblyai": try AssemblyAIConversation()
        case "speechmatics": try SpeechmaticsConversation()
        case "speechmatics, too early": try SpeechmaticsConversation(ready: false)
        default: try ListenConversation.ready()
        }
    }

    @Test(arguments: [
        ("deepgram", #"{"parameter":"track","type":"unsupported_model","message":"TEXT"}"#), ("soniox", #""warnings":["TEXT"]"#),
        ("speechmatics", #""type":"NAME","reason":"TEXT""#), ("agent", #""type":"NAME","reason":"TEXT""#),
        ("speechmatics, too early", #""type":"NAME","reason":"TEXT""#),
        ("listen", #""status":"audio_incomplete","status_text":"TEXT","reason":"NAME""#),
    ]) func `are told while it runs, and before its end`(dialect: String, form: String) throws {
        var conversation = try opened(dialect)
        func tell(_ notice: RecordingNotice) { _ = conversation.run { $0.noticed(notice, now: $1, output: &$2) } }
        func isTold(_ notice: RecordingNotice) -> Bool {
            let text = notice.text(by: nil, of: .stream)
            return conversation.raw.contains { $0.contains(form.replacing("TEXT", with: text).replacing("NAME", with: notice.name)) }
        }
        tell(Self.hole)
        if dialect == "speechmatics, too early" {
            #expect(!isTold(Self.hole))
            _ = conversation.event(.ready)
        }
        // Deepgram has one message for it, the last.
        if dialect != "deepgram" { #expect(isTold(Self.hole), "\(conversation.raw)") }
        _ = conversation.drain()
        tell(Self.cut)
        _ = conversation.event(.ended(SessionEnd(received: SampleCount(160_000))))
        #expect(isTold(Self.hole) && isTold(Self.cut), "\(conversation.raw)")
        let before = conversation.raw
        tell(.damaged(packets: 3))
        #expect(conversation.raw == before)
    }

    @Test func `are told in Flux, and not behind its end`() throws {
        var machine = try `Deepgram's turns`.Conversation().machine, texts: [String] = []
        let now = Instant.now
        func run(_ body: (inout any LiveServerMachine, inout ServerOutput) -> Void) {
            var output = ServerOutput()
            body(&machine, &output)
            texts += output.texts
        }
        run { $0.noticed(Self.hole, now: now, output: &$1) }
        run { $0.drain(now: now, output: &$1) }
        run { $0.noticed(Self.cut, now: now, output: &$1) }
        run { $0.session(.ended(SessionEnd(received: SampleCount(160_000))), now: now, output: &$1) }
        run { $0.noticed(.damaged(packets: 3), now: now, output: &$1) }
        let told = texts.filter { $0.contains(#""code":"INCOMPLETE_AUDIO""#) }
        #expect(told.count == 2, "\(texts)")
        for (text, notice) in zip(told, [Self.hole, Self.cut]) {
            #expect(text.contains(#""description":"\#(notice.text(by: nil, of: .stream))""#))
        }
    }

    @Test func `are not told to AssemblyAI's clients, which fail at warnings that they did not ask for`() throws {
        var conversation = try opened("assemblyai")
        let before = conversation.raw
        _ = conversation.run { $0.noticed(Self.hole, now: $1, output: &$2) }
        #expect(conversation.raw == before)
    }

    @Test func `name the stream, and no choice that a live client does not have`() {
        #expect(
            RecordingNotice.otherTracks(heard: 1, total: 2, names: ["Mic", "Desktop"]).text(by: nil, of: .stream)
                == #"The stream has 2 sound tracks ("Mic", "Desktop"); track 1 was heard."#)
        for notice in [Self.hole, Self.cut, .damaged(packets: 1), .silentTrack(2)] {
            let text = notice.text(by: nil, of: .stream)
            #expect(text.contains("stream") && !text.contains("file") && !text.contains("track="))
        }
    }
}
