import Framing
import Protocols
import Speech
import Testing

@Suite struct `Soniox's two sides` {
    static func sides(_ damage: @escaping ([UInt8]) -> [[UInt8]] = { [$0] }) throws -> TwoSides<SonioxLiveClient> {
        let client = SonioxLiveClient(StreamOptions(rate: .speech, language: .english, diarize: true), credential: Credential("k"))
        let head = try HTTPRequestHead(.get, client.connection.target, headers: client.connection.headers)
        guard case .opening(let opening) = SonioxLiveServer.accept(head, LiveConversation.context).start else {
            preconditionFailure("a session without a configuration")
        }
        return TwoSides(client, opening, damage: damage)
    }

    @Test func `carry a session from one end to the other`() throws {
        var sides = try Self.sides()
        sides.talk()
        #expect(sides.server?.request.language == .english)
        #expect(sides.commands == [.finalize, .finish])
        let first = words("Hello there.", speaker: 0), second = words("Good bye.", from: 2, speaker: 1)
        let finals = sides.heard.filter { event in if case .interim = event { false } else { true } }
        #expect(
            finals == [
                .opened, .final(Hypothesis(range: seconds(0, 1.5), words: first), reason: .endOfTurn),
                .final(Hypothesis(range: seconds(1.5, 3.5), words: second), reason: .flush),
                .final(Hypothesis(range: seconds(3.5, 4), words: []), reason: .endOfAudio), .closed(nil),
            ])
    }

    @Test(arguments: Damage.allCases)
    func `survive messages that arrive as they should not`(damage: Damage) throws {
        var sides = try Self.sides(damage.apply)
        sides.talk()
        #expect(sides.isOrderly)
        #expect(sides.text.contains("Hello there.") && sides.text.contains("Good bye."))
    }

    @Test func `read what they write`() {
        let token = SonioxToken(" ünï \"x\"", start: 1, end: 2, confidence: 0.5, isFinal: true, speaker: "2", language: "de")
        let messages: [SonioxMessage] = [
            .update(SonioxUpdate(tokens: [token, .endpoint, .finalized], finalThrough: 2, totalThrough: 3)),
            .update(SonioxUpdate(finalThrough: 2, totalThrough: 3, isFinished: true)), .error(SonioxError(408, "Request timeout.")),
        ]
        for message in messages {
            var json = JSONWriter()
            message.write(to: &json)
            #expect(SonioxMessage(parsing: json.bytes.span.bytes) == message)
        }
        for message in [SonioxClientMessage.finalize(), .finalize(silence: 300), .keepAlive, .endOfAudio] {
            #expect(SonioxClientMessage(parsing: message.text.span.bytes) == message)
        }
    }
}
