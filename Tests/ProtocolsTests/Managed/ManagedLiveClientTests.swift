import Protocols
import Speech
import Testing

@Suite struct `A client of a managed proxy` {
    private typealias Conversation = VendorConversation<ManagedLiveClient>

    private func conversation() -> Conversation {
        var conversation = Conversation(ManagedLiveClient(StreamOptions(rate: .speech, model: "nova-2"), credential: Credential("t0ken")))
        _ = conversation.opened()
        return conversation
    }

    /// A conversation whose proxy takes audio.
    private func ready() -> Conversation {
        var conversation = conversation()
        #expect(conversation.text(#"{"type":"ready"}"#).map(\.short) == ["opened"])
        return conversation
    }

    @Test func `shows its token first, and waits for the proxy to be ready`() {
        var conversation = Conversation(ManagedLiveClient(StreamOptions(rate: .speech, model: "nova-2"), credential: Credential("t0ken")))
        let said = conversation.opened().map(\.short)
        #expect(said.count == 1 && said[0].hasPrefix(#"send {"type":"auth","token":"t0ken","config":{"#))
        #expect(conversation.wait(.seconds(14)).isEmpty)
        #expect(conversation.wait(.seconds(1)).map(\.short).first?.hasPrefix("closed timedOut") == true)
    }

    @Test(arguments: [(nil, nil), (700, 700), (1, 10), (60_000, 5_000)] as [(Int?, Int?)])
    func `asks for a silence before finals only where its client asked for one`(asked: Int?, told: Int?) throws {
        var options = StreamOptions(rate: .speech)
        options.askedEndpointing = asked.map { .milliseconds($0) }
        var conversation = Conversation(ManagedLiveClient(options, credential: Credential("t0ken")))
        let said = try #require(conversation.opened().map(\.short).first)
        #expect(said.contains(#""endpointing""#) == (told != nil))
        if let told { #expect(said.contains(#""endpointing":\#(told)"#)) }
    }

    @Test func `takes finals without times as whole turns over the audio so far`() {
        var conversation = ready()
        conversation.sent(2)
        #expect(conversation.text(#"{"type":"transcript","text":"ever","is_final":false}"#).map(\.short) == ["interim 0.0–2.0 “ever” stable 0"])
        conversation.sent(1)
        #expect(
            conversation.text(#"{"type":"transcript","text":"ever tried","is_final":true}"#).map(\.short) == ["final 0.0–3.0 “ever tried” endOfTurn"])
        conversation.sent(1)
        let actions = conversation.text(#"{"type":"transcript","text":"ever failed","is_final":true}"#)
        #expect(actions.map(\.short) == ["final 3.0–4.0 “ever failed” endOfTurn"])
        guard case .event(.final(let hypothesis, _)) = actions[0] else { return }
        #expect(hypothesis.words.map(\.text) == ["ever", "failed"])
        #expect(hypothesis.words[0].range.end == hypothesis.words[1].range.start && !hypothesis.words[1].range.isEmpty)
    }

    @Test(arguments: [("true", "endOfTurn"), ("false", "pause")])
    func `believes a proxy that says whether a final ends its turn`(speechFinal: String, reason: String) {
        var conversation = ready()
        conversation.sent(3)
        let message = #"{"type":"transcript","text":"ever tried","is_final":true,"start":0.5,"end":1.5,"speech_final":\#(speechFinal)}"#
        #expect(conversation.text(message).map(\.short) == ["final 0.0–1.5 “ever tried” \(reason)"])
    }

    @Test(arguments: [#""start":-1,"end":2"#, #""start":5,"end":2"#, #""start":0,"end":0"#, #""end":1e999"#, #""start":"a","end":"b""#])
    func `keeps words whose times mean nothing`(times: String) {
        var conversation = ready()
        conversation.sent(1)
        let message = #"{"type":"transcript","text":"ever","is_final":true,\#(times)}"#
        let said = conversation.text(message).map(\.short)
        #expect(said == ["final 0.0–1.0 “ever” endOfTurn"] || said == ["skipped not JSON with a type and the members of that type"])
    }

    @Test func `tells of an error at once, and goes on`() {
        var conversation = ready()
        #expect(
            conversation.text(#"{"type":"error","code":"slow_engine","message":"The engine is late."}"#).map(\.short)
                == ["complaint [slow_engine] The engine is late."])
        conversation.sent(1)
        #expect(
            conversation.text(#"{"type":"transcript","text":"on","is_final":true}"#).map(\.short) == ["final 0.0–1.0 “on” endOfTurn"])
        // The error before the words is not why the proxy goes.
        #expect(conversation.closed(1011).map(\.short).first == #"closed unavailable("The managed server closed the connection with 1011.")"#)
    }

    @Test func `ends with a fatal error, and with its code`() {
        var conversation = ready()
        let said = conversation.text(#"{"type":"error","code":"no_credits","message":"Buy some.","fatal":true}"#).map(\.short)
        #expect(said == [#"closed quotaExhausted("The managed server: [no_credits] Buy some.")"#, "close 1000"])
        #expect(conversation.closed(4402).isEmpty)
    }

    @Test func `takes the last error for the reason when the proxy closes`() {
        var conversation = ready()
        _ = conversation.text(#"{"type":"error","code":"auth_failed","message":"Sign in again."}"#)
        #expect(conversation.closed(4401).map(\.short).first == #"closed unauthorized("The managed server: [auth_failed] Sign in again.")"#)
    }

    @Test func `passes on how much credit is left`() {
        var conversation = ready()
        #expect(conversation.text(#"{"type":"credits_low","seconds_remaining":60}"#).map(\.short) == ["credits low 60.0 seconds"])
        #expect(conversation.text(#"{"type":"credits_low","seconds_remaining":-5}"#).map(\.short) == ["credits low 0.0 seconds"])
    }

    @Test(arguments: [
        ("max_duration", "closed cancelled"), ("idle", "closed cancelled"), ("server_shutdown", "closed cancelled"),
        ("client_end", "closed cancelled"), ("credits_exhausted", "closed quotaExhausted"),
    ])
    func `does not begin a session again that the proxy has ended`(reason: String, end: String) {
        var conversation = ready()
        conversation.sent(2)
        let said = conversation.text(#"{"type":"session_end","seconds_used":12.5,"reason":"\#(reason)"}"#).map(\.short)
        #expect(said.count == 3 && said[0] == "session ended 12.5 seconds \(reason)" && said[1].hasPrefix(end) && said[2] == "close 1000")
        #expect(conversation.closed(1000).isEmpty)
    }

    @Test(arguments: [#","reason":"lunch""#, ""]) func `waits a second for the close that tells why the proxy has ended the session`(reason: String) {
        let end = #"{"type":"session_end","seconds_used":12.5\#(reason)}"#, said = reason.isEmpty ? "" : "lunch"
        var silent = ready()
        silent.sent(2)
        #expect(silent.text(end).map(\.short) == ["session ended 12.5 seconds \(said)"])
        #expect(silent.wait(.milliseconds(900)).isEmpty)
        #expect(silent.wait(.milliseconds(100)).map(\.short).first?.hasPrefix("closed cancelled") == true)
        var closing = ready()
        closing.sent(2)
        _ = closing.text(end)
        #expect(closing.closed(1000).map(\.short).first?.hasPrefix("closed cancelled") == true)
    }

    /// What a proxy may say, in any order, when there is no more credit.
    static let exhaustions = [
        ["error credits_exhausted", "end"], ["error no_credits", "end"], ["end credits_exhausted"], ["end", "error credits_exhausted"],
        ["error credits_exhausted", "close 1000"], ["error other", "close 4402"], ["close 4402"], ["end", "close 4402"], ["close 1008 no_credits"],
        ["error credits_exhausted", "words", "close 1011"],
    ]

    @Test(arguments: exhaustions, [false, true]) func `ends once, for good, when its credit is used up`(messages: [String], isDraining: Bool) {
        var conversation = ready()
        conversation.sent(2)
        if isDraining { _ = conversation.command(.finish) }
        var said: [String] = []
        for message in messages {
            let words = message.split(separator: " ").map(String.init)
            let actions =
                switch words[0] {
                case "error": conversation.text(#"{"type":"error","code":"\#(words[1])","message":"No minutes are left."}"#)
                case "end":
                    conversation.text(#"{"type":"session_end","seconds_used":2\#(words.count > 1 ? #","reason":"\#(words[1])""# : "")}"#)
                case "words": conversation.text(#"{"type":"transcript","text":"ever","is_final":true}"#)
                case _: conversation.closed(UInt16(words[1]) ?? 0, words.count > 2 ? words[2] : "")
                }
            said += actions.map(\.short)
        }
        #expect(said.count { $0.hasPrefix("closed quotaExhausted") } == 1, "\(said)")
        #expect(said.count { $0.hasPrefix("closed") } == 1)
        #expect(said.contains { $0.hasPrefix("session ended 2.0 seconds") } == messages.contains { $0.hasPrefix("end") })
    }

    @Test(arguments: [4_401, 4_403]) func `shows a token that was refused to nobody again`(code: UInt16) {
        var conversation = ready()
        #expect(conversation.closed(code).map(\.short).first?.hasPrefix("closed unauthorized") == true)
    }

    @Test(arguments: [("", "Your token is not valid"), (#""code":"proxy","#, "[proxy] Your token is not valid")])
    func `takes an error before the proxy is ready for its last word`(code: String, said: String) {
        var conversation = conversation()
        #expect(
            conversation.text(#"{"type":"error",\#(code)"message":"Your token is not valid"}"#).map(\.short)
                == [#"closed unauthorized("The managed server: \#(said)")"#, "close 1000"])
    }

    @Test func `is done when the proxy has answered its end`() {
        var conversation = ready()
        conversation.sent(2)
        #expect(conversation.command(.finish).map(\.short) == [#"send {"type":"end"}"#])
        #expect(conversation.text(#"{"type":"transcript","text":"last","is_final":true}"#).map(\.short) == ["final 0.0–2.0 “last” endOfAudio"])
        #expect(
            conversation.text(#"{"type":"session_end","seconds_used":2,"reason":"client_end"}"#).map(\.short)
                == ["session ended 2.0 seconds client_end", "closed", "close 1000"])
    }

    @Test func `waits five seconds for an answer to its end`() {
        var conversation = ready()
        conversation.sent(2)
        _ = conversation.command(.finish)
        #expect(conversation.wait(.seconds(4)).isEmpty)
        #expect(conversation.wait(.seconds(1)).map(\.short).first?.hasPrefix("closed timedOut") == true)
    }

    @Test func `leaves nothing open when it is ended before the proxy is ready`() {
        var conversation = conversation()
        #expect(conversation.command(.finish).map(\.short) == ["closed", "close 1000"])
        #expect(conversation.text(#"{"type":"ready"}"#).isEmpty)
        #expect(conversation.machine.deadline == nil)
    }

    static let messages = [
        #"{"type":"ready","session_id":"s","model":"nova-2","seconds_remaining":60}"#,
        #"{"type":"transcript","text":"ever tried","is_final":true,"start":0.5,"end":1.5,"speech_final":true,"words":[{"word":"ever","start":0.5,"end":1,"confidence":0.9}]}"#,
        #"{"type":"transcript","text":"ever","is_final":false}"#, #"{"type":"credits_low","seconds_remaining":60}"#,
        #"{"type":"session_end","seconds_used":12.5,"reason":"idle"}"#,
        #"{"type":"error","code":"upstream_error","message":"Broken.","fatal":false}"#,
        #"{"type":"pong"}"#,
    ]

    @Test(arguments: messages)
    func `says that it cannot read a message that is cut anywhere`(message: String) {
        for length in 0..<message.utf8.count {
            var conversation = ready()
            conversation.sent(2)
            let said = conversation.text(String(decoding: message.utf8.prefix(length), as: UTF8.self)).map(\.short)
            #expect(said == ["skipped not JSON with a type and the members of that type"], "\(length)")
        }
    }
}
