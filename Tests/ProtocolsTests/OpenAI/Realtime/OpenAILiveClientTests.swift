import Foundation
import Framing
import Protocols
import Speech
import Testing

@Suite struct `OpenAI's live client` {
    typealias Stream = VendorConversation<OpenAILiveClient>

    private static func stream(_ options: StreamOptions = StreamOptions(rate: .speech), model: String = OpenAILiveClient.model) -> Stream {
        var stream = Stream(OpenAILiveClient(options, model: model, credential: Credential("k3y")))
        _ = stream.opened()
        #expect(stream.text(#"{"type":"session.updated","session":{}}"#).map(\.short) == ["opened"])
        return stream
    }

    private static func committed(_ item: String) -> String { #"{"type":"input_audio_buffer.committed","item_id":"\#(item)"}"# }

    private static func delta(_ item: String, _ text: String) -> String {
        #"{"type":"conversation.item.input_audio_transcription.delta","item_id":"\#(item)","content_index":0,"delta":"\#(text)"}"#
    }

    private static func completed(_ item: String, _ text: String, _ members: String = "") -> String {
        let type = #""type":"conversation.item.input_audio_transcription.completed""#
        return "{\(type),\"item_id\":\"\(item)\",\"content_index\":0,\"transcript\":\"\(text)\"\(members)}"
    }

    private static func commit(_ number: Int) -> String { #"send {"type":"input_audio_buffer.commit","event_id":"commit-\#(number)"}"# }

    // MARK: Opening

    @Test func `asks for what the options say, in the words of the model`() {
        var options = StreamOptions(rate: .telephone, language: LanguageTag("en-US"), keyterms: ["Harken"])
        options.shared.prompt = "A call."
        func session(_ model: String) -> String? {
            var stream = Stream(OpenAILiveClient(options, model: model, credential: Credential("k3y")))
            #expect(stream.machine.connection.target == "/realtime?intent=transcription" && stream.machine.connection.model == model)
            #expect(stream.machine.connection.headers["Authorization"] == "Bearer k3y")
            let sent = stream.opened().map(\.short)
            #expect(sent.count == 1)
            return sent.first?.components(after: #""noise_reduction":null,"transcription":"#)
        }
        #expect(session("gpt-live-transcribe") == #"{"model":"gpt-live-transcribe","languages":["en"],"keywords":["Harken"],"prompt":"A call."}}}}}"#)
        #expect(session("gpt-realtime-whisper") == #"{"model":"gpt-realtime-whisper","language":"en"}}}}}"#)
        #expect(
            session("gpt-4o-transcribe") == #"{"model":"gpt-4o-transcribe","language":"en","prompt":"A call., Harken"},"turn_detection":null}},"#
                + #""include":["item.input_audio_transcription.logprobs"]}}"#)
        #expect(session("whisper-1") == #"{"model":"whisper-1","language":"en","prompt":"A call., Harken"},"turn_detection":null}}}}"#)
        options.vendorOptions = VendorOptions(nil, [.init("delay", .json(#""low""#)), .init("language", .json(#""fr""#))])
        #expect(session("gpt-realtime-whisper") == #"{"model":"gpt-realtime-whisper","delay":"low","language":"fr"}}}}}"#)
    }

    @Test func `takes a client's name of one of the vendor's models, and no other's`() {
        func model(_ name: String?, _ service: LiveService = OpenAILiveClient.service()) -> String? {
            service.connect(StreamOptions(rate: .speech, model: name), Credential("k")).connection.model
        }
        #expect(model(nil) == "gpt-live-transcribe" && model("nova-3") == "gpt-live-transcribe" && model("WHISPER-1") == "whisper-1")
        let own = OpenAILiveClient.service(model: "Systran/small")
        #expect(
            model(nil, own) == "Systran/small" && model("nova-3", own) == "Systran/small" && model("gpt-4o-transcribe", own) == "gpt-4o-transcribe")
        #expect(OpenAILiveClient(StreamOptions(rate: .speech), credential: Credential("")).connection.headers["Authorization"] == nil)
    }

    @Test func `is open once the vendor has taken the settings, and names the session`() {
        var stream = Stream(OpenAILiveClient(StreamOptions(rate: .speech), credential: Credential("k")))
        _ = stream.opened()
        #expect(stream.text(#"{"type":"session.created","session":{"id":"sess_1","expires_at":1700000000}}"#).isEmpty)
        #expect(
            stream.text(#"{"type":"session.updated","session":{}}"#).map(\.short) == ["opened", "session sess_1 until 2023-11-14T22:13:20.000Z"])
    }

    @Test func `says why it could not connect`() {
        let quota = #"{"error":{"code":"insufficient_quota","message":"used up"}}"#
        for (status, body, error) in [
            (Int?.none, "", "unavailable"), (401, "", "unauthorized"), (429, "", "rateLimited(retryAfter: Optional(7"),
            (429, quota, "quotaExhausted"),
            (404, "", "unavailable"), (400, "", "badRequest"), (503, "", "unavailable"),
        ] {
            var stream = Stream(OpenAILiveClient(StreamOptions(rate: .speech), credential: Credential("k")))
            #expect(stream.rejected(status, body).first?.short.hasPrefix("closed \(error)") == true, "\(String(describing: status))")
        }
        var stream = Stream(OpenAILiveClient(StreamOptions(rate: .speech), credential: Credential("k")))
        _ = stream.opened()
        #expect(stream.wait(.seconds(9)).isEmpty)
        #expect(stream.wait(.seconds(1)).first?.short.hasPrefix("closed timedOut") == true)
    }

    // MARK: Turns

    @Test func `commits at a pause, and makes the words that came before final`() {
        var stream = Self.stream()
        #expect(stream.speak(1).isEmpty)
        #expect(stream.text(Self.delta("a", "Good")).map(\.short) == ["interim 0.0–1.0 “Good” stable 0"])
        #expect(stream.text(Self.delta("a", " morning")).map(\.short) == ["interim 0.0–1.0 “Good morning” stable 1"])
        #expect(stream.pause(0.2).isEmpty)
        #expect(stream.pause(0.1).map(\.short) == [Self.commit(1)])
        #expect(stream.text(Self.committed("a")).isEmpty)
        #expect(stream.text(Self.completed("a", "Good morning.")).map(\.short) == ["final 0.0–1.3 “Good morning.” endOfTurn"])
        #expect(stream.pause(1).isEmpty)
    }

    @Test func `ends a turn by the longest silence alone where no model may`() {
        var stream = Self.stream(StreamOptions(rate: .speech, turn: TurnRule(confidence: 1, maximumSilence: .milliseconds(600))))
        _ = stream.speak(1)
        #expect(stream.pause(0.5).isEmpty)
        #expect(stream.pause(0.1).map(\.short) == [Self.commit(1)])
    }

    @Test func `keeps the order of its commits, whatever the order of the texts`() {
        var stream = Self.stream()
        _ = stream.speak(1)
        #expect(stream.pause(0.3).map(\.short) == [Self.commit(1)])
        #expect(stream.text(Self.committed("a")).isEmpty)
        _ = stream.speak(1)
        #expect(stream.pause(0.3).map(\.short) == [Self.commit(2)])
        #expect(stream.text(Self.committed("b")).isEmpty)
        #expect(stream.text(Self.completed("b", "two")).isEmpty)
        #expect(stream.text(Self.completed("a", "one")).map(\.short) == ["final 0.0–1.3 “one” endOfTurn", "final 1.3–2.6 “two” endOfTurn"])
        // Repeated texts say nothing new.
        #expect(stream.text(Self.completed("a", "one")).isEmpty && stream.text(Self.delta("b", "two")).isEmpty)
        #expect(stream.text(Self.committed("b")).isEmpty)
    }

    @Test func `shows the words of turns whose finals have not come before those of the open one`() {
        var stream = Self.stream()
        _ = stream.speak(1)
        _ = stream.text(Self.delta("a", "one"))
        _ = stream.pause(0.3)
        _ = stream.speak(0.5)
        #expect(stream.text(Self.delta("b", "two")).map(\.short) == ["interim 0.0–1.8 “one two” stable 1"])
        #expect(stream.text(Self.completed("a", "one")).map(\.short) == ["final 0.0–1.3 “one” endOfTurn"])
        #expect(stream.text(Self.delta("b", " three")).map(\.short) == ["interim 1.3–1.8 “two three” stable 1"])
    }

    @Test func `ends a turn whose pause is hidden by noise`() {
        var stream = Self.stream()
        _ = stream.speak(1)
        _ = stream.text(Self.delta("a", "Hello"))
        #expect(stream.speak(1.4).isEmpty)
        #expect(stream.speak(0.2).map(\.short) == [Self.commit(1)])
    }

    @Test func `cuts long speech at its first short pause, and at last anywhere`() {
        var stream = Self.stream(model: "gpt-4o-transcribe")
        _ = stream.speak(4.1)
        #expect(stream.pause(0.1).map(\.short) == [Self.commit(1)])
        #expect(stream.text(Self.completed("a", "on and")).map(\.short) == ["final 0.0–4.2 “on and” pause"])
        let said = stream.speak(8).map(\.short)
        #expect(said.last == Self.commit(2) && said.dropLast().allSatisfy { $0.hasPrefix("interim 4.2–") })
    }

    @Test func `gives a sign of life while a model hears a turn that it recognizes as a whole`() {
        var stream = Self.stream(model: "gpt-4o-transcribe")
        #expect(stream.speak(2).map(\.short) == ["interim 0.0–1.0 “” stable 0", "interim 0.0–2.0 “” stable 0"])
        var live = Self.stream()
        #expect(live.speak(2).isEmpty)
    }

    @Test func `drops a long silence from the vendor's buffer, and takes no click for speech`() {
        var stream = Self.stream()
        #expect(stream.speak(0.05, step: 0.05).isEmpty)
        #expect(stream.pause(0.95, step: 0.05).isEmpty)
        let said = stream.pause(9.05).map(\.short)
        #expect(said == [#"send {"type":"input_audio_buffer.clear"}"#, "final 0.0–10.0 “” length"])
    }

    @Test func `takes the confidence of a word from its tokens`() {
        var stream = Self.stream(model: "gpt-4o-transcribe")
        _ = stream.speak(1)
        _ = stream.pause(0.3)
        let tokens = #","logprobs":[{"token":"Good","logprob":-0.5},{"token":"bye","logprob":-1},{"token":" now","logprob":0}]"#
        let actions = stream.text(Self.completed("a", "Goodbye now", tokens))
        guard case .event(.final(let final, _))? = actions.first else {
            Issue.record("no final: \(actions)")
            return
        }
        #expect(final.words.map(\.text) == ["Goodbye", "now"])
        #expect(abs(final.words[0].confidence - 0.3679) < 0.0001 && final.words[1].confidence == 1)
    }

    // MARK: Finalizes and the end

    @Test func `answers every finalize once`() {
        var stream = Self.stream()
        #expect(stream.command(.finalize).map(\.short) == ["flushed"])
        _ = stream.speak(1)
        #expect(stream.command(.finalize).map(\.short) == [Self.commit(1)])
        #expect(stream.command(.finalize).isEmpty)
        #expect(stream.text(Self.completed("a", "one")).map(\.short) == ["final 0.0–1.0 “one” flush", "flushed"])
        _ = stream.speak(1)
        #expect(stream.command(.finalize).map(\.short) == [Self.commit(2)])
        #expect(stream.wait(OpenAILiveClient.finalizeLimit).map(\.short) == ["flushed"])
        #expect(stream.text(Self.completed("b", "two")).map(\.short) == ["final 1.0–2.0 “two” flush"])
    }

    @Test func `ends with its last words, and covers all of the audio`() {
        var stream = Self.stream()
        _ = stream.speak(1)
        _ = stream.text(Self.delta("a", "Good"))
        #expect(stream.command(.finish).map(\.short) == [Self.commit(1)])
        #expect(stream.text(Self.committed("a")).isEmpty)
        #expect(stream.text(Self.completed("a", "Goodbye.")).map(\.short) == ["final 0.0–1.0 “Goodbye.” endOfAudio", "closed", "close 1000"])

        var silent = Self.stream()
        _ = silent.pause(1)
        #expect(silent.command(.finish).map(\.short) == ["final 0.0–1.0 “” endOfAudio", "closed", "close 1000"])

        var short = Self.stream()
        _ = short.speak(0.05, step: 0.05)
        let said = short.command(.finish).map(\.short)
        #expect(said.count == 2 && said.first?.hasPrefix(#"send {"type":"input_audio_buffer.append","audio":"AAAA"#) == true)
        #expect(said.last == Self.commit(1))
    }

    @Test func `does not wait for ever for the end`() {
        var stream = Self.stream()
        _ = stream.speak(1)
        _ = stream.command(.finish)
        #expect(stream.wait(.seconds(19)).isEmpty)
        #expect(stream.wait(.seconds(1)).first?.short.hasPrefix("closed timedOut") == true)
    }

    @Test func `takes a turn that the vendor has no audio for as silence`() {
        var stream = Self.stream()
        _ = stream.speak(1)
        _ = stream.command(.finish)
        let empty = #"{"type":"error","error":{"type":"invalid_request_error","code":"input_audio_buffer_commit_empty","message":"too small"}}"#
        #expect(stream.text(empty).map(\.short) == ["final 0.0–1.0 “” endOfAudio", "closed", "close 1000"])
    }

    // MARK: Errors

    @Test(arguments: [
        ("server_error", "x", "unavailable"), ("invalid_request_error", "session_expired", "unavailable"),
        ("rate_limit_error", "rate_limit_exceeded", "rateLimited"), ("rate_limit_error", "insufficient_quota", "quotaExhausted"),
        ("authentication_error", "invalid_api_key", "unauthorized"), ("invalid_request_error", "model_not_found", "unavailable"),
        ("invalid_request_error", "invalid_value", "badRequest"),
    ])
    func `ends with the vendor's error`(type: String, code: String, error: String) {
        var stream = Self.stream()
        _ = stream.speak(1)
        let object = #""error":{"type":"\#(type)","code":"\#(code)","message":"no"}"#
        #expect(stream.text(#"{"type":"error",\#(object)}"#).first?.short.hasPrefix("closed \(error)") == true)
        #expect(stream.text(Self.completed("a", "one")).isEmpty)

        var other = Self.stream()
        _ = other.speak(1)
        _ = other.pause(0.3)
        let failed = #"{"type":"conversation.item.input_audio_transcription.failed","item_id":"a","content_index":0,\#(object)}"#
        #expect(other.text(failed).first?.short.hasPrefix("closed \(error)") == true)
    }

    @Test func `fails when the socket ends before the last words`() {
        for code in [UInt16?.none, 1000, 1001] {
            var stream = Self.stream()
            _ = stream.speak(1)
            _ = stream.command(.finish)
            #expect(stream.closed(code).map(\.short).first?.hasPrefix("closed unavailable") == true)
        }
    }

    @Test func `skips broken messages, but not for ever`() {
        var stream = Self.stream()
        for _ in 0..<BrokenMessages.most { #expect(stream.text("{").first?.short.hasPrefix("skipped not JSON") == true) }
        #expect(stream.text("[]").dropFirst().first?.short.hasPrefix("closed protocolViolation") == true)
    }

    @Test func `survives messages that are cut at every byte`() {
        let messages = [Self.committed("a"), Self.delta("a", "one"), Self.completed("a", "one")]
        for message in messages {
            for length in 0..<message.utf8.count {
                var stream = Self.stream()
                _ = stream.speak(1)
                _ = stream.pause(0.3)
                let cut = String(decoding: message.utf8.prefix(length), as: UTF8.self)
                #expect(stream.text(cut).map(\.short).allSatisfy { $0.hasPrefix("skipped") })
                // The stream goes on as if nothing had come.
                for message in messages.dropLast() { _ = stream.text(message) }
                #expect(stream.text(messages[2]).map(\.short) == ["final 0.0–1.3 “one” endOfTurn"])
            }
        }
    }

    @Test func `survives more turns than anybody waits for`() {
        var stream = Self.stream()
        var end: String?
        for _ in 0..<100 where end == nil {
            _ = stream.speak(0.2)
            end = stream.pause(0.3).map(\.short).first { $0.hasPrefix("closed") }
        }
        #expect(end?.hasPrefix("closed timedOut") == true)
    }
}

extension VendorConversation {
    /// Sends something loud, in messages of `step` seconds.
    fileprivate mutating func speak(_ seconds: Double, step: Double = 0.1) -> [ClientAction] { say(seconds, step, isLoud: true) }

    /// Sends something quiet.
    fileprivate mutating func pause(_ seconds: Double, step: Double = 0.1) -> [ClientAction] { say(seconds, step, isLoud: false) }

    private mutating func say(_ seconds: Double, _ step: Double, isLoud: Bool) -> [ClientAction] {
        var actions: [ClientAction] = []
        for _ in 0..<Int((seconds / step).rounded()) {
            sent(step)
            let end = SampleIndex(sentSamples), start = end - SampleCount(Int(step * 16_000))
            machine.heard(loud: isLoud ? SampleRange(start, end) : nil, now: now, actions: &actions)
        }
        return actions
    }
}

extension String {
    fileprivate func components(after mark: String) -> String? { range(of: mark).map { String(self[$0.upperBound...]) } }
}
