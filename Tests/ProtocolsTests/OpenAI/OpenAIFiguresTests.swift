import Framing
import Protocols
import Speech
import Testing

/// The figures by which programs judge a segment of `verbose_json`.
@Suite struct `The figures of OpenAI's segments` {
    private static let own = RecognizerMeasures(
        noSpeech: 0.42, meanLogProbability: -0.73, compressionRatio: 1.31, temperature: 0.25, seek: 300)

    private func segments(_ stretches: [RecognizedStretch], of words: [Word], ignored: [String] = []) throws -> Parsed {
        var channel = Transcript.Channel(words: words, segments: [])
        channel.stretches = stretches
        var transcript = Transcript(rate: .speech, length: SampleCount(160_000), language: .english, model: "m", channels: [channel])
        transcript.ignoredOptions = ignored
        let fields = [("model", "whisper-1"), ("response_format", "verbose_json"), ("temperature", "0.5")]
        let request = try `OpenAI's transcriptions`.request(fields).get()
        return try Parsed(OpenAITranscriptionAnswer(transcript, for: request, requestID: "r").body)["segments"]
    }

    @Test(
        arguments: [
            ("no_speech_prob", 0.42), ("avg_logprob", -0.73), ("compression_ratio", 1.31), ("temperature", 0.25), ("seek", 300),
        ] as [(String, Double)])
    func `are the engine's own where it has them`(name: String, value: Double) throws {
        let segments = try segments([RecognizedStretch(words: 0..<2, Self.own)], of: words("Thank you."))
        #expect(segments.count == 1 && segments[0][name].double == value)
        let others = try self.segments([], of: words("Thank you."))
        #expect(others[0][name].double != value)
    }

    @Test func `are no certainty where nobody knows them`() throws {
        let unsure = words("Thank you.").map { word in
            var word = word
            word.confidence = Word.unknownConfidence
            return word
        }
        let segment = try segments([], of: unsure)[0]
        #expect(segment["no_speech_prob"].double == 0.5)
        #expect(abs((segment["avg_logprob"].double ?? 0) + 0.693147) < 0.000001)
        #expect(segment["tokens"].isArray && segment["tokens"].count == 0)
    }

    @Test func `have the compression of the segment's own text`() throws {
        var measures = Self.own
        measures.compressionRatio = nil
        let again = words(Array(repeating: "again", count: 40).joined(separator: " "), each: 0.1)
        let loop = try segments([RecognizedStretch(words: again.indices, measures, isSegment: true)], of: again)
        #expect(loop.count == 1 && (loop[0]["compression_ratio"].double ?? 0) > 5)
        #expect((try segments([], of: words("Thank you."))[0]["compression_ratio"].double ?? 9) < 1)
    }

    @Test(arguments: [([], 0.5), (["temperature"], 0)] as [([String], Double)])
    func `repeat the temperature unless the engine ignored it`(ignored: [String], expected: Double) throws {
        #expect(try segments([], of: words("Thank you."), ignored: ignored)[0]["temperature"].double == expected)
    }

    @Test func `have the tokens of the words of the segment`() throws {
        let spoken = words("One two. ", from: 0) + words("Three.", from: 9)
        let stretch = RecognizedStretch(words: 0..<3, Self.own, tokens: [[1], [2, 3], [4]])
        let segments = try segments([stretch], of: spoken)
        let found = (0..<segments.count).map { segment in (0..<segments[segment]["tokens"].count).map { segments[segment]["tokens"][$0].int } }
        #expect(found == [[1, 2, 3], [4]])
        // The tokens of a whole text are not divided.
        let whole = try self.segments([RecognizedStretch(words: 0..<3, Self.own, tokens: [[1, 2, 3, 4]])], of: spoken)
        #expect(whole.count == 2 && whole[0]["tokens"].count == 0 && whole[1]["tokens"].count == 0)
    }

    @Test func `belong to segments that are the engine's own`() throws {
        let spoken = words("One. Two.", from: 0) + words("Three.", from: 9) + words("Four. Five.", from: 20)
        let stretch = RecognizedStretch(words: 1..<3, Self.own, tokens: [[7, 8]], isSegment: true)
        let segments = try segments([stretch], of: spoken)
        let texts = (0..<segments.count).map { segments[$0]["text"].string }
        #expect(texts.prefix(2) == [" One.", " Two. Three."] && texts.count > 2)
        #expect(segments[1]["tokens"].count == 2 && segments[0]["tokens"].count == 0)
        #expect(segments[1]["avg_logprob"].double == -0.73 && segments[0]["avg_logprob"].double != -0.73)
    }

    @Test func `stay with their words when channels are joined`() throws {
        var first = Transcript.Channel(words: words("One", from: 0) + words("three", from: 4), segments: [])
        first.stretches = [RecognizedStretch(words: 0..<2, Self.own, tokens: [[1], [3]])]
        first.speakerNames = [SpeakerLabel(0): "Ann"]
        for index in 0..<2 { first.words[index].speaker = SpeakerLabel(0) }
        let second = Transcript.Channel(words: words("two", from: 2), segments: [])
        let joined = Transcript(rate: .speech, length: SampleCount(160_000), language: .english, model: "m", channels: [first, second]).joined()
        let channel = joined.transcript.channels[0]
        #expect(channel.words.map(\.text) == ["One", "two", "three"])
        #expect(channel.stretches.map(\.words) == [0..<1, 2..<3] && channel.stretches.map(\.tokens) == [[[1]], [[3]]])
        #expect(channel.speakerNames == [SpeakerLabel(0): "Ann"])
    }
}
