import Framing
import Protocols
import Speech
import Testing

@Suite struct `Speechmatics' live client` {
    typealias Stream = VendorConversation<SpeechmaticsLiveClient>

    static func stream(_ options: StreamOptions = StreamOptions(rate: .speech), sent: Double = 0) -> Stream {
        var stream = Stream(SpeechmaticsLiveClient(options, credential: Credential("k3y")))
        #expect(stream.opened().count == 1)
        #expect(stream.text(#"{"message":"RecognitionStarted","id":"x"}"#).map(\.short) == ["opened", "session x"])
        stream.sent(sent)
        return stream
    }

    /// Words of a tenth of a second each, from `start` on, their marks as items.
    static func transcript(_ text: String, from start: Double = 0, through end: Double, partial: Bool = false) -> String {
        var at = start
        var results: [SpeechmaticsResult] = []
        for piece in text.split(separator: " ") {
            if piece.allSatisfy(\.isPunctuation) {
                results.append(
                    SpeechmaticsResult(.punctuation, start: at, end: at, content: String(piece), confidence: 1, attachment: .previous))
            } else {
                results.append(SpeechmaticsResult(.word, start: at, end: at + 0.1, content: String(piece), confidence: 0.875, speaker: "S2"))
                at += 0.1
            }
        }
        let transcript = SpeechmaticsTranscript(start: start, end: end, results: results)
        var json = JSONWriter()
        (partial ? SpeechmaticsServerMessage.partial(transcript) : .transcript(transcript)).write(to: &json)
        return json.text
    }

    static func endOfUtterance(_ at: Double) -> String {
        #"{"message":"EndOfUtterance","metadata":{"start_time":\#(at),"end_time":\#(at)}}"#
    }

    @Test func `takes a transcript that is sent again once`() {
        var stream = Self.stream(StreamOptions(rate: .speech, interims: false), sent: 10)
        for text in [Self.transcript("no no", through: 1), Self.transcript("no no", through: 1), Self.transcript("no", from: 1, through: 2)] {
            #expect(stream.text(text).isEmpty)
        }
        #expect(stream.text(Self.endOfUtterance(2)).map(\.short) == ["final 0.0–2.0 “no no no” endOfTurn"])
    }

    @Test func `asks for what the options say`() {
        let options = StreamOptions(
            rate: .telephone, language: LanguageTag("de-DE"), model: "standard", interims: false, endpointing: .milliseconds(500),
            keyterms: ["Harken"], diarize: true)
        var stream = Stream(SpeechmaticsLiveClient(options, credential: Credential("k3y")))
        #expect(stream.machine.connection.target == "/v2")
        #expect(stream.machine.connection.headers["Authorization"] == "Bearer k3y")
        #expect(
            stream.opened().map(\.short) == [
                """
                send {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":8000},\
                "transcription_config":{"language":"de","model":"standard","max_delay":1.0,"enable_partials":false,"diarization":"speaker",\
                "conversation_config":{"end_of_utterance_silence_trigger":0.5},"additional_vocab":["Harken"]}}
                """
            ])
    }

    @Test func `turns transcripts into finals that tile`() {
        var stream = Self.stream(sent: 4)
        stream.sent(6)
        #expect(stream.text(Self.transcript("Hel", through: 0.3, partial: true)).map(\.short) == ["interim 0.0–0.3 “Hel” stable 0"])
        #expect(stream.text(Self.transcript("Hello there", through: 0.5)).map(\.short) == ["interim 0.0–0.5 “Hello there” stable 1"])
        #expect(
            stream.text(Self.transcript(". How", from: 0.4, through: 0.6)).map(\.short) == [
                "final 0.0–0.2 “Hello there.” length", "interim 0.2–0.6 “How” stable 0",
            ])
        #expect(
            stream.text(Self.transcript("are you", from: 0.5, through: 0.9, partial: true)).map(\.short) == ["interim 0.2–0.9 “How are you” stable 0"]
        )
        #expect(stream.text(Self.transcript("are you ?", from: 0.5, through: 0.8)).map(\.short) == ["interim 0.2–0.8 “How are you?” stable 2"])
        #expect(stream.text(Self.endOfUtterance(1.5)).map(\.short) == ["final 0.2–1.5 “How are you?” endOfTurn"])
        #expect(stream.text(Self.transcript("", from: 1.5, through: 3)).map(\.short) == ["final 1.5–3.0 “” length"])
        #expect(stream.text(#"{"message":"AudioAdded","seq_no":1}"#).isEmpty)
        #expect(stream.command(.finish).map(\.short) == [#"send {"message":"EndOfStream","last_seq_no":2}"#])
        #expect(stream.text(Self.transcript("Bye", from: 4, through: 4.1)).map(\.short) == ["interim 3.0–4.1 “Bye” stable 0"])
        #expect(
            stream.text(#"{"message":"EndOfTranscript"}"#).map(\.short) == ["final 3.0–10.0 “Bye” endOfAudio", "closed", "close 1000"])
        #expect(stream.closed(1000).isEmpty)
    }

    @Test func `reads speakers`() {
        var stream = Self.stream(sent: 2)
        _ = stream.text(Self.transcript("Yes", through: 0.1))
        let word = Word("Yes", seconds(0, 0.1), confidence: 0.875, speaker: SpeakerLabel(1))
        #expect(stream.text(Self.endOfUtterance(1)) == [.event(.final(Hypothesis(range: seconds(0, 1), words: [word]), reason: .endOfTurn))])
    }

    @Suite struct `asked to finalize` {
        @Test func `forces the end of the utterance and answers with it`() {
            var stream = `Speechmatics' live client`.stream(sent: 2)
            #expect(stream.command(.finalize).map(\.short) == [#"send {"message":"ForceEndOfUtterance"}"#])
            _ = stream.text(transcript("Yes .", through: 0.1))
            #expect(stream.text(endOfUtterance(2)).map(\.short) == ["final 0.0–2.0 “Yes.” flush"])
            #expect(stream.command(.finalize).map(\.short) == ["flushed"])
        }

        @Test func `answers in the vendor's place in the end`() {
            var stream = `Speechmatics' live client`.stream(sent: 2)
            _ = stream.command(.finalize)
            #expect(stream.machine.deadline == stream.now + SpeechmaticsLiveClient.finalizeLimit)
            #expect(stream.wait(SpeechmaticsLiveClient.finalizeLimit).map(\.short) == ["flushed"])
            #expect(stream.machine.deadline == nil)
        }
    }

    @Test func `says that interims are wanted no more`() {
        var stream = Self.stream()
        var options = StreamOptions(rate: .speech)
        #expect(stream.command(.update(options)).isEmpty)
        options.interims = false
        #expect(
            stream.command(.update(options)).map(\.short) == [
                #"send {"message":"SetRecognitionConfig","transcription_config":{"language":"en","enable_partials":false}}"#
            ])
    }

    @Test(arguments: [
        ("not_authorised", "unauthorized"), ("not_allowed", "unauthorized"), ("insufficient_funds", "quotaExhausted"),
        ("timelimit_exceeded", "quotaExhausted"), ("quota_exceeded", "rateLimited"), ("invalid_model", "badRequest"),
        ("invalid_config", "badRequest"), ("invalid_message", "badRequest"), ("protocol_error", "badRequest"), ("data_error", "undecodable"),
        ("idle_timeout", "timedOut"), ("session_timeout", "timedOut"), ("job_error", "unavailable"), ("buffer_error", "unavailable"),
        ("session_transfer", "unavailable"), ("unknown_error", "unavailable"), ("something_new", "unavailable"),
    ])
    func `tells errors apart`(type: String, error: String) {
        var stream = Self.stream(sent: 2)
        let said = stream.text(#"{"message":"Error","type":"\#(type)","reason":"r"}"#).map(\.short)
        #expect(said.first?.hasPrefix("closed \(error)") == true)
        #expect(said.last == "close 1000")
    }

    @Test(arguments: [
        (UInt16?.none, "unavailable"), (1000, "unavailable"), (1003, "badRequest"), (1008, "timedOut"), (1011, "unavailable"),
        (4001, "unauthorized"), (4003, "unauthorized"), (4004, "badRequest"), (4005, "rateLimited"), (4006, "quotaExhausted"),
        (4013, "unavailable"),
    ])
    func `tells close codes apart, and keeps what was final`(code: UInt16?, error: String) {
        var stream = Self.stream(sent: 2)
        _ = stream.text(Self.transcript("Yes", through: 0.1))
        let said = stream.closed(code).map(\.short)
        #expect(said.first == "final 0.0–0.1 “Yes” length")
        #expect(said.dropFirst().first?.hasPrefix("closed \(error)") == true)
    }

    @Test(arguments: [
        (Int?.none, "unavailable"), (401, "unauthorized"), (403, "unauthorized"), (404, "badRequest"), (429, "rateLimited"), (503, "unavailable"),
    ])
    func `says why it could not connect`(status: Int?, error: String) {
        var stream = Stream(SpeechmaticsLiveClient(StreamOptions(rate: .speech), credential: Credential("k")))
        #expect(stream.rejected(status, #"{"code":1,"error":"no","detail":"why"}"#).map(\.short).first?.hasPrefix("closed \(error)") == true)
    }

    @Test func `waits neither for the start nor for the end for ever`() {
        var starting = Stream(SpeechmaticsLiveClient(StreamOptions(rate: .speech), credential: Credential("k")))
        _ = starting.opened()
        #expect(starting.wait(.seconds(10)).first?.short.hasPrefix("closed timedOut") == true)
        var ending = Self.stream(sent: 2)
        _ = ending.command(.finish)
        #expect(ending.wait(.seconds(20)).first?.short.hasPrefix("closed timedOut") == true)
    }

    @Test func `does not take an end that came too soon`() {
        var stream = Self.stream(sent: 2)
        #expect(stream.text(#"{"message":"EndOfTranscript"}"#).first?.short.hasPrefix("closed protocolViolation") == true)
    }

    @Test func `passes over unknown messages, and broken ones, but not for ever`() {
        var stream = Self.stream(sent: 2)
        for _ in 0..<100 { #expect(stream.text(#"{"message":"AudioEvent","event":{}}"#).isEmpty) }
        for _ in 0..<BrokenMessages.most {
            #expect(stream.text(#"{"message":"AddTranscript"}"#).map(\.short) == ["skipped a transcript lacks a required field"])
        }
        #expect(stream.text("{").dropFirst().first?.short.hasPrefix("closed protocolViolation") == true)
    }

    @Test func `bears a broken message between good ones for ever`() {
        var stream = Self.stream(sent: 2)
        for number in 1...200 {
            #expect(stream.text("{").count == 1)
            #expect(stream.text(#"{"message":"AudioAdded","seq_no":\#(number)}"#).isEmpty)
        }
    }

    @Test func `stops at once when it is cancelled, and says so`() {
        var stream = Self.stream(sent: 2)
        #expect(
            stream.command(.cancel).map(\.short) == [#"send {"message":"EndOfStream","last_seq_no":1}"#, "closed cancelled", "close 1000"])
        #expect(stream.text(Self.endOfUtterance(1)).isEmpty)
    }

    @Test func `ends before it has started`() {
        var stream = Stream(SpeechmaticsLiveClient(StreamOptions(rate: .speech), credential: Credential("k")))
        _ = stream.opened()
        #expect(stream.command(.finalize).map(\.short) == ["flushed"])
        #expect(stream.command(.finish).map(\.short) == ["closed", "close 1000"])
    }
}
