import Framing
import Protocols
import Speech
import Testing

@Suite struct `AssemblyAI's two sides` {
    @Test(arguments: ["universal-streaming-english", "u3-rt-pro"])
    func `carry a session from one end to the other`(model: String) throws {
        let options = StreamOptions(
            rate: .speech, language: .english, model: model, turn: TurnRule(confidence: 0.5, minimumSilence: .milliseconds(300)), keyterms: ["a, b"],
            diarize: true, formatted: true)
        var client = AssemblyAILiveClient(options, credential: Credential("k"))
        let head = try HTTPRequestHead(.get, client.connection.target, headers: client.connection.headers)
        #expect(AssemblyAICredential.find(in: head)?.secret == "k")
        var server = try #require(AssemblyAILiveServer.accept(head, LiveConversation.context).session)
        #expect(server.request.format == .linear16(.speech))
        #expect(server.request.turn == options.turn)
        #expect(server.request.keyterms == ["a, b"])
        #expect(server.request.diarize)

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

        client.opened(now: now, actions: &actions)
        server.opened(LiveStart(rate: .speech, model: "m"), now: now, output: &output)
        passOn()
        client.sentAudio(SampleCount(64_000), now: now)
        for _ in 0..<4 { #expect(server.receivedBinary(byteCount: 32_000, now: now) == .audio()) }
        client.command(.finish, now: now, actions: &actions)
        guard case .send(let terminate) = actions.last else {
            Issue.record("no Terminate")
            return
        }
        server.receivedText(terminate.span.bytes, now: now, output: &output)
        #expect(output.actions == [.command(.finish)])

        let first = words("Hello there.", from: 0, speaker: 0), second = words("Good bye.", from: 2, speaker: 1)
        let events: [SessionEvent] = [
            .speechStarted(.first, at: .zero),
            .commit(Commit(channel: .first, range: seconds(0, 1.5), words: first, reason: .pause, engine: .local)),
            .turnEnded(.first, at: SampleIndex(24_000)),
            .commit(Commit(channel: .first, range: seconds(1.5, 4), words: second, reason: .endOfTurn, engine: .local)),
            .ended(SessionEnd(received: SampleCount(64_000))),
        ]
        for event in events {
            server.session(event, now: now, output: &output)
            passOn()
        }
        let finals = heard.filter { if case .interim = $0 { false } else { true } }
        #expect(
            finals.withoutNotices == [
                .opened, .speechStarted(.first, at: .zero), .final(Hypothesis(range: seconds(0, 1), words: first), reason: .endOfTurn),
                .speechStarted(.first, at: SampleIndex(32_000)), .final(Hypothesis(range: seconds(1, 3), words: second), reason: .endOfTurn),
                .final(Hypothesis(range: seconds(3, 4), words: []), reason: .endOfAudio), .closed(nil),
            ])
    }

    @Test(arguments: [
        AssemblyAIServerMessage.begin(id: "i", expiresAt: 1_769_860_800, model: "m", mode: "balanced"), .speechStarted(milliseconds: 9_540),
        .termination(audioSeconds: 44, sessionSeconds: 45), .error(code: 3006, message: "d \"quoted\"\n"), .error(code: nil, message: "x"),
        .warning(code: 3006, message: "no speakers"), .unrecognized(type: "Future"),
        .turn(
            AssemblyAITurn(
                order: 3, isFormatted: true, endOfTurn: true, transcript: "Ünï,", endOfTurnConfidence: 0.5,
                words: [AssemblyAIWord(text: "Ünï,", start: 1_250, end: 1_500, confidence: 0.5, isFinal: true, speaker: "B")], utterance: "Ünï,",
                languageCode: "de", languageConfidence: 0.25, speaker: "B")),
    ])
    func `read what they write`(message: AssemblyAIServerMessage) {
        #expect(AssemblyAIServerMessage(parsing: message.text.span.bytes) == message)
    }

    @Test(arguments: [
        AssemblyAIClientMessage.keepAlive, .forceEndpoint, .terminate, .updateConfiguration(AssemblyAIConfiguration()),
        .updateConfiguration(
            AssemblyAIConfiguration(
                confidence: 0.25, minimumSilence: 1, maximumSilence: 60_000, formatsTurns: false, keyterms: ["a", "b c"], languages: ["de", "fr"])),
    ])
    func `read what clients write`(message: AssemblyAIClientMessage) {
        let read = AssemblyAIClientMessage(parsing: message.text.span.bytes)
        guard case .updateConfiguration(let configuration, _, _) = message else {
            #expect(read == message)
            return
        }
        guard case .updateConfiguration(let heard, let given, _) = read else {
            Issue.record("\(read)")
            return
        }
        #expect(heard == configuration)
        // The members for the vendor are read apart from what they mean here.
        let again = AssemblyAIClientMessage.updateConfiguration(AssemblyAIConfiguration(), given: given)
        guard case .updateConfiguration(let repeated, _, _) = AssemblyAIClientMessage(parsing: again.text.span.bytes) else {
            Issue.record("\(again)")
            return
        }
        #expect(repeated.keyterms == configuration.keyterms && repeated.minimumSilence == configuration.minimumSilence)
    }

    @Test func `read a message that is cut anywhere as nothing worse than broken`() {
        let turn = AssemblyAIServerMessage.turn(
            AssemblyAITurn(
                order: 0, transcript: "a", words: [AssemblyAIWord(text: "a", start: 0, end: 1, confidence: 0.5, isFinal: true)])
        ).text
        for count in 0..<turn.count {
            guard case .malformed = AssemblyAIServerMessage(parsing: Array(turn[..<count]).span.bytes) else {
                Issue.record("cut at \(count)")
                return
            }
        }
    }
}
