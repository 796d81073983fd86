import Framing
import Protocols
import Speech
import Testing

@Suite struct `Soniox's live client` {
    typealias Stream = VendorConversation<SonioxLiveClient>

    static func stream(_ options: StreamOptions = StreamOptions(rate: .speech), sent: Double = 0) -> Stream {
        var stream = Stream(SonioxLiveClient(options, credential: Credential("k3y")))
        #expect(stream.opened().map(\.short).last == "opened")
        stream.sent(sent)
        return stream
    }

    /// Tokens of a tenth of a second each, from `start` on; those behind the bar are not final.
    static func update(_ text: String, from start: Double = 0, final: Double, total: Double? = nil, finished: Bool = false) -> String {
        let sides = text.split(separator: "|", omittingEmptySubsequences: false)
        var at = Int(start * 1_000)
        var tokens: [SonioxToken] = []
        for (side, isFinal) in zip(sides, [true, false]) {
            for piece in side.split(separator: "·") {
                let isSign = piece == "<end>" || piece == "<fin>"
                tokens.append(
                    SonioxToken(String(piece), start: isSign ? nil : at, end: isSign ? nil : at + 100, confidence: 0.875, isFinal: isFinal))
                if !isSign { at += 100 }
            }
        }
        var json = JSONWriter()
        SonioxUpdate(tokens: tokens, finalThrough: Int(final * 1_000), totalThrough: Int((total ?? final) * 1_000), isFinished: finished)
            .write(to: &json)
        return json.text
    }

    @Test func `asks for what the options say`() {
        let options = StreamOptions(
            rate: .telephone, language: LanguageTag("en-US"), model: "stt-rt-v5", turn: TurnRule(maximumSilence: .milliseconds(100)),
            keyterms: ["Harken", "speech gateway"], diarize: true)
        var stream = Stream(SonioxLiveClient(options, credential: Credential("k3y")))
        #expect(stream.machine.connection.target == "/transcribe-websocket")
        #expect(stream.machine.connection.headers["Authorization"] == "Bearer k3y")
        #expect(
            stream.opened().map(\.short) == [
                """
                send {"model":"stt-rt-v5","audio_format":"pcm_s16le","sample_rate":8000,"num_channels":1,"language_hints":["en"],\
                "enable_endpoint_detection":true,"max_endpoint_delay_ms":500,"enable_speaker_diarization":true,\
                "context":{"terms":["Harken","speech gateway"]}}
                """, "opened",
            ])
    }

    private static let models: [(String?, String)] = [
        ("stt-rt-v4", "stt-rt-v4"), ("STT-RT-V4", "STT-RT-V4"), ("stt-async-v4", "stt-rt-v5"), ("nova-3", "stt-rt-v5"), (nil, "stt-rt-v5"),
    ]

    @Test(arguments: models)
    func `tells the ledger the model that the vendor is asked for`(named: String?, model: String) {
        var stream = Stream(SonioxLiveClient(StreamOptions(rate: .speech, model: named), credential: Credential("k3y")))
        #expect(stream.machine.connection.model == model)
        #expect(stream.opened().contains { $0.short.contains(#""model":"\#(model)""#) })
    }

    @Test func `takes final tokens that are sent again once`() {
        var stream = Self.stream(sent: 10)
        let hello = Self.update("No· no·.·<end>", final: 1)
        #expect(stream.text(hello).map(\.short) == ["final 0.0–1.0 “No no.” endOfTurn", "interim 1.0–1.0 “” stable 0"])
        #expect(stream.text(hello).map(\.short) == ["interim 1.0–1.0 “” stable 0"])
        #expect(stream.text(Self.update(" No| way", from: 1, final: 2)).map(\.short) == ["interim 1.0–2.0 “No way” stable 0"])
        #expect(stream.text(Self.update(" No| way", from: 1, final: 2)).map(\.short) == ["interim 1.0–2.0 “No way” stable 0"])
        #expect(
            stream.text(Self.update(" No·<end>", from: 2, final: 3)).map(\.short) == [
                "final 1.0–3.0 “No No” endOfTurn", "interim 3.0–3.0 “” stable 0",
            ])
    }

    @Test func `puts tokens together to words, and words to sentences`() {
        var stream = Self.stream(sent: 10)
        #expect(stream.text(Self.update("|Hel·lo", final: 0, total: 0.3)).map(\.short) == ["interim 0.0–0.3 “Hello” stable 0"])
        #expect(stream.text(Self.update("Hel·lo| there", final: 0.2, total: 0.5)).map(\.short) == ["interim 0.0–0.5 “Hello there” stable 0"])
        #expect(
            stream.text(Self.update(" there·.| How", from: 0.2, final: 0.4, total: 0.6)).map(\.short) == [
                "interim 0.0–0.6 “Hello there. How” stable 1"
            ])
        #expect(
            stream.text(Self.update(" How|", from: 0.4, final: 0.5, total: 0.7)).map(\.short) == [
                "final 0.0–0.4 “Hello there.” length", "interim 0.4–0.7 “How” stable 0",
            ])
        #expect(
            stream.text(Self.update(" are· you·?·<end>", from: 0.5, final: 1)).map(\.short) == [
                "final 0.4–1.0 “How are you?” endOfTurn", "interim 1.0–1.0 “” stable 0",
            ])
        #expect(stream.command(.finish).map(\.short) == ["send "])
        #expect(stream.text(Self.update(" Bye", from: 2, final: 2.1)).map(\.short) == ["interim 1.0–2.1 “Bye” stable 0"])
        #expect(stream.text(Self.update("", final: 10, finished: true)).map(\.short) == ["final 1.0–10.0 “Bye” endOfAudio", "closed", "close 1000"])
        #expect(stream.closed(1000).isEmpty)
    }

    @Test func `leaves out translations and reads speakers and languages`() {
        var stream = Self.stream(sent: 5)
        let actions = stream.text(
            """
            {"tokens":[{"text":"Hola","start_ms":0,"end_ms":400,"confidence":0.5,"is_final":true,"speaker":"2","language":"es",
            "translation_status":"original"},{"text":"Hello","is_final":true,"confidence":1,"language":"en","translation_status":"translation"},
            {"text":"<end>","is_final":true}],"final_audio_proc_ms":500,"total_audio_proc_ms":500,"new":[1]}
            """)
        let word = Word("Hola", seconds(0, 0.4), confidence: 0.5, speaker: SpeakerLabel(1), language: LanguageTag("es"))
        #expect(actions.first == .event(.final(Hypothesis(range: seconds(0, 0.5), words: [word]), reason: .endOfTurn)))
    }

    @Test func `parts words of languages without spaces`() {
        var stream = Self.stream(sent: 5)
        #expect(stream.text(Self.update("你好·世界·。·<end>", final: 1)).first?.short == "final 0.0–1.0 “你好世界。” endOfTurn")
    }

    @Test func `covers silence, and speech that goes on and on`() {
        var stream = Self.stream(sent: 30)
        #expect(stream.text(Self.update("", final: 2)).map(\.short) == ["interim 0.0–2.0 “” stable 0"])
        #expect(stream.text(Self.update("", final: 3)).map(\.short).first == "final 0.0–3.0 “” length")
        #expect(stream.text(Self.update("One", from: 3, final: 3.1)).map(\.short).count == 1)
        #expect(stream.text(Self.update(" two· three", from: 8.5, final: 9)).map(\.short).first == "final 3.0–3.1 “One” length")
    }

    @Test func `ends a turn whose words are final already`() {
        var stream = Self.stream(sent: 5)
        _ = stream.text(Self.update("One·.· Two·.", final: 0.4))
        #expect(stream.text(Self.update("<end>", final: 0.4)).first?.short == "final 0.2–0.4 “Two.” endOfTurn")
        #expect(stream.text(Self.update("<end>", final: 0.4)).map(\.short) == ["interim 0.4–0.4 “” stable 0"])
    }

    @Suite struct `asked to finalize` {
        @Test func `passes it on and answers with the rest`() {
            var stream = stream(sent: 2)
            #expect(stream.command(.finalize).map(\.short) == [#"send {"type":"finalize"}"#])
            #expect(stream.text(update("Yes·<fin>", final: 2)).first?.short == "final 0.0–2.0 “Yes” flush")
            #expect(stream.command(.finalize).map(\.short) == ["flushed"])
        }

        @Test func `asks once for several without audio between them`() {
            var stream = stream(sent: 2)
            #expect(stream.command(.finalize).count == 1)
            #expect(stream.command(.finalize).isEmpty)
            #expect(Array(stream.text(update("Yes·<fin>", final: 2)).map(\.short).prefix(2)) == ["final 0.0–2.0 “Yes” flush", "flushed"])
        }

        @Test func `asks again when audio came since`() {
            var stream = stream(sent: 2)
            _ = stream.command(.finalize)
            stream.sent(1)
            #expect(stream.command(.finalize).count == 1)
            #expect(stream.text(update("Yes·<fin>", final: 2)).first?.short == "final 0.0–2.0 “Yes” flush")
            #expect(stream.text(update("<fin>", final: 2)).first?.short == "flushed")
        }

        @Test func `answers in the vendor's place in the end`() {
            var stream = stream(sent: 2)
            _ = stream.command(.finalize)
            #expect(stream.machine.deadline == stream.now + SonioxLiveClient.finalizeLimit)
            #expect(stream.wait(SonioxLiveClient.finalizeLimit).map(\.short) == ["flushed"])
            #expect(stream.text(update("Yes·<fin>", final: 2)).first?.short == "final 0.0–2.0 “Yes” endOfTurn")
        }

        private func stream(sent: Double) -> Stream { `Soniox's live client`.stream(sent: sent) }
        private func update(_ text: String, final: Double) -> String { `Soniox's live client`.update(text, final: final) }
    }

    @Test func `keeps a quiet stream alive`() {
        var stream = Self.stream()
        #expect(stream.wait(.seconds(10)).map(\.short) == [#"send {"type":"keepalive"}"#])
        #expect(stream.wait(.seconds(9)).isEmpty)
        #expect(stream.command(.keepAlive).map(\.short) == [#"send {"type":"keepalive"}"#])
    }

    @Test(arguments: [
        (400, "Invalid language hint.", EngineError.unsupportedLanguage(.english)), (400, "x", .badRequest("Soniox: x")),
        (400, "Audio decode error", .undecodable("Soniox: Audio decode error")), (401, "Invalid API key.", .unauthorized("Soniox: Invalid API key.")),
        (402, "x", .quotaExhausted("Soniox: x")), (408, "x", .timedOut("Soniox: x")), (429, "x", .rateLimited(retryAfter: nil)),
        (500, "x", .unavailable("Soniox: x")), (503, "x", .unavailable("Soniox: x")),
    ])
    func `tells errors apart, and keeps what was final`(code: Int, message: String, error: EngineError) {
        var stream = Self.stream(sent: 2)
        _ = stream.text(Self.update("Yes", final: 0.1))
        #expect(
            stream.text(#"{"tokens":[],"error_code":\#(code),"error_message":"\#(message)"}"#) == [
                .event(.final(Hypothesis(range: seconds(0, 0.1), words: [Word("Yes", seconds(0, 0.1), confidence: 0.875)]), reason: .length)),
                .event(.closed(error)), .close(code: 1000),
            ])
        #expect(stream.text(Self.update("No", final: 1)).isEmpty)
    }

    @Test func `takes only finished for a good end`() {
        for code in [UInt16?.none, 1000, 1011] {
            var stream = Self.stream(sent: 2)
            _ = stream.command(.finish)
            #expect(stream.closed(code).first?.short.hasPrefix("closed unavailable") == true)
        }
    }

    @Test func `does not wait for ever`() {
        var stream = Self.stream(sent: 2)
        _ = stream.command(.finish)
        #expect(stream.wait(.seconds(19)).isEmpty)
        #expect(stream.wait(.seconds(1)).first?.short.hasPrefix("closed timedOut") == true)
    }

    @Test func `ends a stream without audio by itself`() {
        var stream = Self.stream()
        #expect(stream.command(.finish).map(\.short) == ["closed", "close 1000"])
    }

    @Test func `says why it could not connect`() {
        for (status, error) in [(Int?.none, "unavailable"), (401, "unauthorized"), (429, "rateLimited"), (500, "unavailable")] {
            var stream = Stream(SonioxLiveClient(StreamOptions(rate: .speech), credential: Credential("k")))
            #expect(stream.rejected(status).map(\.short).first?.hasPrefix("closed \(error)") == true)
        }
    }

    @Test func `passes over broken messages, but not for ever`() {
        var stream = Self.stream(sent: 2)
        for _ in 0..<BrokenMessages.most { #expect(stream.text("{").map(\.short) == ["skipped not JSON at byte 1"]) }
        #expect(stream.text("[]").dropFirst().first?.short.hasPrefix("closed protocolViolation") == true)
    }

    @Test func `stops at once when it is cancelled, and says so`() {
        var stream = Self.stream(sent: 2)
        #expect(stream.command(.cancel).map(\.short) == ["send ", "closed cancelled", "close 1000"])
        #expect(stream.text(Self.update("No", final: 1)).isEmpty)
    }
}
