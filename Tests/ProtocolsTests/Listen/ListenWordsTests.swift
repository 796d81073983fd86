import Framing
import HarkenTesting
import Protocols
import Speech
import Testing

@Suite struct `Words over /listen` {
    private typealias Client = VendorConversation<ListenWordsClient>

    private static func client(resuming resume: LiveResume? = nil) -> Client {
        var options = StreamOptions(rate: .speech, language: LanguageTag("de"), keyterms: ["Harken", "Omi"], diarize: true)
        options.interims = true
        var stream = Client(
            ListenWordsClient(options, engines: [EngineName("deepgram"), .local], resuming: resume, credential: Credential("k3y")))
        _ = stream.opened()
        return stream
    }

    /// The server of the client's own request.
    private static func server() throws -> ListenConversation {
        let target = client().machine.connection.target
        var stream = try ListenConversation(String(target.drop { $0 != "?" }.dropFirst()))
        _ = stream.open()
        _ = stream.serve()
        return stream
    }

    private static func word(_ text: String, _ start: Int64, _ end: Int64) -> Word {
        Word(text, SampleRange(SampleIndex(start), SampleIndex(end)), confidence: 0.75, speaker: SpeakerLabel(1), language: LanguageTag("de"))
    }

    @Test func `come without a conversation, as the client asks for them`() throws {
        let client = Self.client().machine.connection
        #expect(
            client.target
                == "/v4/listen?words=true&ack=true&codec=linear16&sample_rate=16000&source=harken&language=de&diarize=true&keyterm=Harken&keyterm=Omi&engine=deepgram,local"
                .replacing(",", with: client.target.contains("%2C") ? "%2C" : ","))
        #expect(client.headers["Authorization"] == "Bearer k3y")
        let server = try Self.server().server
        #expect(server.conversation == nil && server.waitsForClient)
        let request = server.request
        #expect(request.interims && request.diarize && request.keyterms == ["Harken", "Omi"] && request.language == LanguageTag("de"))
        #expect(try ListenConversation("words=true&channels=2").server.conversation != nil, "channels have conversations")
    }

    @Test func `go on behind the words of an earlier session, which the server is told`() throws {
        let machine = ListenWordsClient(StreamOptions(rate: .speech), resuming: nil, continuing: ID("s0"), credential: Credential(""))
        #expect(machine.connection.target.hasSuffix("&continues=s0"))
        let back = LiveResume(session: ID("s1"), start: .zero, seen: 0)
        let returning = ListenWordsClient(StreamOptions(rate: .speech), resuming: back, continuing: ID("s0"), credential: Credential(""))
        #expect(!returning.connection.target.contains("continues"), "a session that is resumed goes on itself")
    }

    @Test func `arrive as the session said them`() throws {
        var server = try Self.server(), client = Self.client()
        var number = 0
        for message in server.raw { number += client.text(message).contains { if case .resumable(.said) = $0 { true } else { false } } ? 1 : 0 }
        let said = Hypothesis(
            range: SampleRange(.zero, SampleIndex(16_000)), words: [Self.word("Guten", 0, 8_000), Self.word("Tag.", 8_000, 12_000)])
        func read(_ event: SessionEvent) -> [ClientAction] {
            _ = server.event(event)
            return client.text(server.raw.last ?? "")
        }
        #expect(read(.interim(said)) == [.resumable(.said(number, [.interim(said)]))])
        #expect(read(.speechStarted(.first, at: SampleIndex(5))) == [.resumable(.said(number + 1, [.speechStarted(.first, at: SampleIndex(5))]))])
        for (index, reason) in [FinalReason.pause, .endOfTurn, .length, .flush, .endOfAudio].enumerated() {
            let commit = Commit(channel: .first, range: said.range, words: said.words, reason: reason, engine: .local)
            #expect(read(.commit(commit)) == [.resumable(.said(number + 2 + index, [.final(said, reason: reason)]))])
        }
        #expect(read(.turnEnded(.first, at: SampleIndex(7))) == [.resumable(.said(number + 7, [.turnEnded(.first, at: SampleIndex(7))]))])
        #expect(read(.flushed(.first)) == [.resumable(.said(number + 8, [.flushed(.first)]))])
        let gap = SampleRange(SampleIndex(16_000), SampleIndex(32_000))
        #expect(
            read(.gap(.first, gap, .timedOut("late")))
                == [
                    .resumable(
                        .said(
                            number + 9,
                            [
                                .notice(.complaint(EngineComplaint(code: "gap", message: "timed out: late"))),
                                .final(Hypothesis(range: gap, words: []), reason: .length),
                            ]))
                ])
    }

    @Test(arguments: ScriptSample.all)
    func `keep the blanks of every script, and of an engine's own text`(_ sample: ScriptSample) throws {
        let spaced = sample.words.joined(separator: " ")
        for (words, text) in [(sample.spoken(), sample.text), (WrittenWord.timed(spaced, in: seconds(0, 4)), spaced)] {
            var server = try Self.server(), client = Self.client()
            for message in server.raw { _ = client.text(message) }
            _ = server.event(.commit(Commit(channel: .first, range: seconds(0, 4), words: words, reason: .endOfTurn, engine: .local)))
            guard case .resumable(.said(_, let events))? = client.text(server.raw.last ?? "").first, case .final(let heard, _)? = events.first else {
                return #expect(Bool(false))
            }
            #expect(heard.text == text)
        }
    }

    @Test func `come with the complaint that they come late`() throws {
        var server = try Self.server(), client = Self.client()
        var number = 0
        for message in server.raw { number += client.text(message).contains { if case .resumable(.said) = $0 { true } else { false } } ? 1 : 0 }
        _ = server.run { $0.finalsAreLate(now: $1, output: &$2) }
        let complaint = EngineComplaint(code: EngineComplaint.lateCode, message: LateFinals.text)
        #expect(client.text(server.raw.last ?? "") == [.resumable(.said(number + 1, [.notice(.complaint(complaint))]))])
    }

    @Test func `are asked for at once, and to the end`() throws {
        var server = try Self.server(), client = Self.client()
        func sent(_ command: EngineCommand) throws -> String {
            guard case .send(let text)? = client.command(command).first else { throw EngineError.badRequest("nothing was sent") }
            return String(decoding: text, as: UTF8.self)
        }
        #expect(server.text(try sent(.finalize)) == ["→ finalize"])
        #expect(server.text(try sent(.finish)) == ["→ finish"])
        #expect(server.event(.ended(SessionEnd(received: SampleCount(32_000)))) == ["close 1000"])
        #expect(client.closed(1000) == [.resumable(.closed(nil)), .close(code: 1000)])
        #expect(client.closed(1000).isEmpty)
    }

    @Test func `are numbered on from the last one seen, when the client comes back`() throws {
        var first = Self.client()
        #expect(
            first.text(#"{"type":"session_started","session_id":"s1","resume_window":120}"#)
                == [.resumable(.began(session: "s1", window: .seconds(120)))])
        #expect(first.text(#"{"type":"audio_ack","samples":16000}"#) == [.resumable(.durable(through: SampleIndex(16_000)))])
        #expect(first.text("ping").isEmpty)
        #expect(first.text(#"{"type":"flushed"}"#) == [.resumable(.said(1, [.flushed(.first)]))])
        #expect(first.closed(nil) == [.resumable(.broken), .close(code: 1000)])
        var second = Self.client(resuming: LiveResume(session: ID("s1"), start: SampleIndex(16_000), seen: 1))
        #expect(second.machine.connection.target.hasSuffix("&session_id=s1&resume_from=16000&seen=1"))
        #expect(second.text(#"{"type":"session_resumed","samples":20000}"#) == [.resumable(.resumed)])
        #expect(second.text(#"{"type":"flushed"}"#) == [.resumable(.said(2, [.flushed(.first)]))])
        #expect(second.text(#"{"type":"session_expired"}"#) == [.resumable(.expired), .close(code: 1000)])
        #expect(second.text(#"{"type":"flushed"}"#).isEmpty)
    }

    @Test(arguments: [nil, 1001, 1006, 1012]) func `can go on after an end that is not the gateway's last word`(code: UInt16?) {
        var client = Self.client()
        #expect(client.closed(code).first == .resumable(.broken))
    }

    @Test func `end with the reason that the gateway gives`() {
        func error(_ code: UInt16, _ reason: String = "", after message: String? = nil) -> ResumableEvent? {
            var client = Self.client()
            if let message { _ = client.text(message) }
            guard case .resumable(let event)? = client.closed(code, reason).first else { return nil }
            return event
        }
        #expect(error(1000) == .closed(.unavailable("The gateway ended the stream.")))
        #expect(error(1008, "Invalid token") == .closed(.unauthorized("The gateway refused the key, or needs one.")))
        #expect(error(1008, "trial_expired") == .closed(.quotaExhausted("The key has no credit left.")))
        #expect(error(4404) == .expired)
        let failed = #"{"type":"service_status","status":"stt_failed","status_text":"deepgram is gone"}"#
        #expect(error(1011, after: failed) == .closed(.unavailable("deepgram is gone")))
        func rejected(_ status: Int?) -> ResumableEvent? {
            var client = Client(ListenWordsClient(StreamOptions(rate: .speech), resuming: nil, credential: Credential("")))
            guard case .resumable(let event)? = client.rejected(status).first else { return nil }
            return event
        }
        #expect(rejected(401) == .closed(.unauthorized("The gateway refused the key, or needs one.")))
        #expect(rejected(404) == .closed(.badRequest("The gateway refused the stream with status 404.")))
        #expect(rejected(503) == .broken && rejected(nil) == .broken)
    }

    @Test(arguments: [
        #"{"type":"words"}"#, #"{"type":"words","start":0,"end":-1,"words":[],"reason":"pause"}"#, #"{"type":"from the future"}"#, "[]", "null",
        #"{"type":"turn_ended"}"#, #"{"type":"gap","start":1}"#,
    ])
    func `are left out when they cannot be read`(message: String) {
        var client = Self.client()
        #expect(client.text(message) == [.resumable(.said(1, []))])
    }
}
