import Framing
import Protocols
import Speech
import Testing

@Suite struct `Deepgram's two sides` {
    @Test func `carry a session from one end to the other`() throws {
        let options = StreamOptions(rate: .speech, language: .english, interims: true, diarize: true)
        var client = DeepgramLiveClient(options, credential: Credential("k"))
        let head = try HTTPRequestHead(.get, client.connection.target, headers: client.connection.headers)
        #expect(DeepgramCredential.find(in: head)?.secret == "k")
        var server = try #require(try DeepgramLiveServer.accept(head, LiveConversation.context).get().session)
        #expect(server.request.format == .linear16(.speech))
        #expect(server.request.endpointing == options.endpointing)

        let now = Instant.now
        var output = ServerOutput()
        var actions: [ClientAction] = []
        var heard: [EngineEvent] = []
        func passOn() {
            for action in output.actions {
                switch action {
                case .send(let range): client.receivedText(output.text(in: range).span.bytes, now: now, actions: &actions)
                case .close(let code, let reason): client.closed(code: code, reason: reason, now: now, actions: &actions)
                case .command, .audio, .converse: break
                }
            }
            output.removeAll()
            for case .event(let event) in actions { heard.append(event) }
            actions.removeAll()
        }

        server.opened(LiveStart(rate: .speech, model: "m"), now: now, output: &output)
        client.opened(now: now, actions: &actions)
        client.sentAudio(SampleCount(64_000), now: now)
        _ = server.receivedBinary(byteCount: 128_000, now: now)

        let first = words("Hello there.", from: 0, speaker: 0), second = words("Good bye.", from: 2, speaker: 1)
        let events: [SessionEvent] = [
            .speechStarted(.first, at: .zero), .interim(Hypothesis(range: seconds(0, 1), words: Array(first.prefix(1)))),
            .commit(Commit(channel: .first, range: seconds(0, 1.5), words: first, reason: .pause, engine: .local)),
            .turnEnded(.first, at: SampleIndex(24_000)),
            .commit(Commit(channel: .first, range: seconds(1.5, 4), words: second, reason: .endOfTurn, engine: .local)),
            .ended(SessionEnd(received: SampleCount(64_000))),
        ]
        client.command(.finish, now: now, actions: &actions)
        guard case .send(let close) = actions.last else {
            Issue.record("no CloseStream")
            return
        }
        server.receivedText(close.span.bytes, now: now, output: &output)
        #expect(output.actions == [.command(.finish)])
        for event in events {
            server.session(event, now: now, output: &output)
            passOn()
        }

        #expect(
            heard.withoutNotices == [
                .opened, .speechStarted(.first, at: .zero), .interim(Hypothesis(range: seconds(0, 1), words: Array(first.prefix(1)))),
                .final(Hypothesis(range: seconds(0, 1.5), words: first), reason: .length), .turnEnded(.first, at: SampleIndex(24_000)),
                .final(Hypothesis(range: seconds(1.5, 4), words: second), reason: .endOfAudio), .closed(nil),
            ])
    }

    @Test(arguments: [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
    func `keep every sample's position at every rate`(hertz: Int) throws {
        let rate = SampleRate(hertz: hertz)
        var client = DeepgramLiveClient(StreamOptions(rate: rate), credential: Credential("k"))
        var actions: [ClientAction] = []
        client.opened(now: .now, actions: &actions)
        client.sentAudio(SampleCount(hertz * 10_000), now: .now)
        var from = SampleIndex.zero
        for samples in [1, 2, 3, 799, 12_345, hertz * 3_599 + 7] {
            actions.removeAll()
            let end = from + SampleCount(samples)
            let results = DeepgramResults(start: from.seconds(at: rate), duration: (end - from).seconds(at: rate), isFinal: true)
            var json = JSONWriter()
            results.write(to: &json, metadata: Array("{}".utf8))
            client.receivedText(json.bytes.span.bytes, now: .now, actions: &actions)
            #expect(actions == [.event(.final(Hypothesis(range: SampleRange(from, end), words: []), reason: .length))])
            from = end
        }
    }

    @Test(arguments: [
        DeepgramServerMessage.speechStarted(channel: 1, channels: 2, timestamp: 9.54), .utteranceEnd(channel: 0, channels: 1, lastWordEnd: 16.58),
        .error(variant: "V", description: "d \"quoted\"", message: "m\n"), .configureSuccess(requestID: "r", keyterms: ["a", "b c"]),
        .configureSuccess(requestID: "r", keyterms: nil), .configureSuccess(requestID: "r", keyterms: [], warnings: ["w"]),
        .configureFailure(requestID: "r", code: "C", description: "d"), .unrecognized(type: "Future"),
        .results(
            DeepgramResults(
                channel: 1, channels: 2, start: 1.25, duration: 0.5, isFinal: true, speechFinal: true, fromFinalize: true,
                alternative: DeepgramAlternative(
                    words: [
                        DeepgramWord(word: "ünï", start: 1.25, end: 1.5, confidence: 0.5, punctuatedWord: "Ünï,", speaker: 3, language: "de")
                    ], languages: ["de"]))),
    ])
    func `read what they write`(message: DeepgramServerMessage) {
        var json = JSONWriter()
        message.write(to: &json)
        #expect(DeepgramServerMessage(parsing: json.bytes.span.bytes) == message)
    }

    @Test(arguments: [
        DeepgramClientMessage.keepAlive, .finalize(channel: nil), .finalize(channel: 1), .closeStream,
        .configure(keyterms: nil, numerals: nil), .configure(keyterms: ["a", "b c"], numerals: nil), .configure(keyterms: [], numerals: true),
    ])
    func `read what clients write`(message: DeepgramClientMessage) {
        #expect(DeepgramClientMessage(parsing: message.text.span.bytes) == message)
    }
}
