import Framing
import Protocols
import Speech
import Testing

@Suite struct `Speechmatics' two sides` {
    static func sides(_ damage: @escaping ([UInt8]) -> [[UInt8]] = { [$0] }) throws -> TwoSides<SpeechmaticsLiveClient> {
        let client = SpeechmaticsLiveClient(StreamOptions(rate: .speech, language: .english, diarize: true), credential: Credential("k"))
        let head = try HTTPRequestHead(.get, client.connection.target, headers: client.connection.headers)
        #expect(SpeechmaticsLiveServer.credential(in: head) == Credential("k"))
        guard case .opening(let opening) = try SpeechmaticsLiveServer.accept(head, LiveConversation.context).get().start else {
            preconditionFailure("a session without a configuration")
        }
        return TwoSides(client, opening, damage: damage)
    }

    @Test func `carry a session from one end to the other`() throws {
        var sides = try Self.sides()
        sides.talk()
        #expect(sides.server?.request.endpointing == .milliseconds(300))
        #expect(sides.commands == [.finalize, .finish])
        let first = words("Hello there.", speaker: 0), second = words("Good bye.", from: 2, speaker: 1)
        let finals = sides.heard.filter { event in if case .interim = event { false } else { true } }
        let english = { (words: [Word]) in
            words.map { Word($0.text, $0.range, confidence: $0.confidence, speaker: $0.speaker, language: .english) }
        }
        #expect(
            finals.withoutNotices == [
                .opened, .final(Hypothesis(range: seconds(0, 1.5), words: english(first)), reason: .endOfTurn),
                .final(Hypothesis(range: seconds(1.5, 3.5), words: english(second)), reason: .flush),
                .final(Hypothesis(range: seconds(3.5, 4), words: []), reason: .length), .closed(nil),
            ])
    }

    @Test(arguments: Damage.allCases)
    func `survive messages that arrive as they should not`(damage: Damage) throws {
        var sides = try Self.sides(damage.apply)
        sides.talk()
        #expect(sides.isOrderly)
        #expect(sides.text.contains("Hello") && sides.text.contains("bye"))
    }

    @Test(arguments: [
        SpeechmaticsServerMessage.recognitionStarted(id: "i", language: "English"), .audioAdded(sequenceNumber: 7), .endOfUtterance(at: 1.5),
        .endOfTranscript, .speakers([]), .speakers(["S1", "S3"]), .info(type: "t", reason: "r", quality: "q"),
        .warning(type: "t", reason: "r"), .warning(type: "", reason: "r"), .error(type: "t", reason: "r"),
        .segment(SpeechmaticsSegment("Ünï \"x\".", start: 0.25, end: 1, speaker: "S2")), .partialSegment(SpeechmaticsSegment("a", start: 0, end: 1)),
        .boundary(.speechStarted, at: 0.5), .boundary(.speechEnded, at: 1.25), .boundary(.turnStarted, at: 0.25), .boundary(.turnEnded, at: 3),
        .unrecognized("Future"), .partial(SpeechmaticsTranscript(start: 0, end: 1.25)),
        .transcript(
            SpeechmaticsTranscript(
                start: 0.25, end: 1,
                results: [
                    SpeechmaticsResult(.word, start: 0.25, end: 1, content: "Ünï \"x\"", confidence: 0.5, language: "de", speaker: "S3"),
                    SpeechmaticsResult(
                        .punctuation, start: 1, end: 1, content: ".", confidence: 1, language: "de", attachment: .previous, endsSentence: true),
                ])),
    ])
    func `read what they write`(message: SpeechmaticsServerMessage) {
        var json = JSONWriter()
        message.write(to: &json)
        #expect(SpeechmaticsServerMessage(parsing: json.bytes.span.bytes) == message)
    }

    @Test(arguments: [
        SpeechmaticsClientMessage.endOfStream(lastSequenceNumber: 9), .forceEndOfUtterance(), .forceEndOfUtterance(at: 1.5, channel: "left"),
        .getSpeakers(atEnd: false), .getSpeakers(atEnd: true),
        .setRecognitionConfig(SpeechmaticsChange(delay: .milliseconds(1_500), partials: true), language: "en"),
    ])
    func `read what clients write`(message: SpeechmaticsClientMessage) {
        #expect(SpeechmaticsClientMessage(parsing: message.text.span.bytes) == message)
    }
}
