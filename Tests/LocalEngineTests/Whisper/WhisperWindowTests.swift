import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

@Suite struct `Whisper's window` {
    @Test(arguments: [(0.5, 10.0), (3, 10), (4, 11), (16, 23), (23, 30), (24.4, 30)] as [(Double, Double)])
    func `has 7 s of silence behind the speech, and is 10 to 30 s long`(seconds: Double, expected: Double) {
        #expect(WhisperRecognizer.Configuration().window.length(for: seconds) == expected)
    }

    private func item(_ samples: Int, speech: SampleRange) -> RecordingReader.Item {
        let audio = SampleRange(SampleIndex(1_000_000), count: SampleCount(samples))
        return RecordingReader.Item(
            channel: .first, window: SpeechWindow(audio: audio, speech: [speech]), samples: [Float](repeating: 0, count: samples))
    }

    private func decoded(_ starts: [Int]) -> WhisperDecoded {
        let tokens = starts.dropLast().indices.map { ScoredToken(Token(Int32($0)), logProbability: -0.1) }
        let words = tokens.indices.map { DecodedWord(text: "w\($0)", confidence: 0.9, tokens: $0..<$0 + 1) }
        var decoded = WhisperDecoded(words: words, tokens: tokens, mean: -0.1, stop: .end)
        decoded.starts = starts
        return decoded
    }

    @Test func `words of two parts follow each other on the recording's timeline`() {
        let item = item(200_000, speech: SampleRange(SampleIndex(1_004_800), SampleIndex(1_198_400)))
        // Attention may begin the last words of a part at its very end, and the first word of the next at its start.
        let parts = [
            WhisperWindowRecognizer.HeardPart(range: 0..<100_000, decoded: decoded([0, 50_000, 100_000, 100_000])),
            WhisperWindowRecognizer.HeardPart(range: 100_000..<200_000, decoded: decoded([0, 40_000, 90_000])),
        ]
        let window = WhisperWindowRecognizer.window(of: parts, item, LanguageTag("de"))
        #expect(window.words.map(\.text) == ["w0", "w1", "w2", "w0", "w1"])
        #expect(window.words.map(\.range.start.samples) == [1_004_800, 1_050_000, 1_100_000, 1_100_001, 1_140_000])
        #expect(zip(window.words, window.words.dropFirst()).allSatisfy { $0.range.end <= $1.range.start && !$0.range.isEmpty })
        #expect(window.tokens.map(\.count) == [1, 1, 1, 1, 1])
    }
}

/// Scripts differ in the number of tokens a second: German 6, Hindi 20, Bengali 33, Georgian 43.
@Suite struct `Speech with many tokens a second` {
    /// The text of a model that hears one token after another, and is cut off as Whisper's text is.
    private func text(_ range: Range<Int>, rate: Int) -> WhisperDecoded {
        let most = min(WhisperRecognizer.tokenBudget(for: SampleCount(range.count)), WhisperRecognizer.Configuration().maxTokens)
        let spoken = range.lowerBound * rate / 16_000..<range.upperBound * rate / 16_000
        let tokens = spoken.prefix(most).map { ScoredToken(Token(Int32($0)), logProbability: -0.1) }
        return WhisperDecoded(tokens: tokens, mean: -0.1, stop: tokens.count < spoken.count ? .budget : .end)
    }

    @Test(arguments: [6, 20, 33, 43], [3, 10, 24]) func `is heard whole`(rate: Int, seconds: Int) throws {
        let samples = [Float](repeating: 0, count: seconds * 16_000)
        let heard = try WhisperWindowRecognizer.hear(samples.indices, of: samples) { range in text(range, rate: rate) }
        let parts = try #require(heard)
        #expect(parts.flatMap(\.decoded.tokens).map(\.token.id) == Array(0..<Int32(seconds * rate)))
        #expect(parts.map(\.range.lowerBound) == [0] + parts.dropLast().map(\.range.upperBound) && parts.last?.range.upperBound == samples.count)
        #expect(parts.count == 1 || seconds * rate > 220)
    }

    @Test func `is cut down to 3 s, and no further`() throws {
        let samples = [Float](repeating: 0, count: 10 * 16_000)
        let heard = try WhisperWindowRecognizer.hear(samples.indices, of: samples) { _ in WhisperDecoded(stop: .budget) }
        let parts = try #require(heard)
        #expect(parts.allSatisfy { 16_000..<48_000 ~= $0.range.count } && parts.count > 3)
    }
}

@Suite(.needs(RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"))
struct `A full text of Whisper` {
    private let samples: [Float]
    private let recognizer: WhisperRecognizer

    init() throws {
        var configuration = WhisperRecognizer.Configuration()
        configuration.maxTokens = 8
        recognizer = try RandomWhisper.shared.get().recognizer(configuration)
        let once = try TestModels.samples("cards/005.wav")
        samples = once + once
    }

    @Test func `is heard again in two parts, so that no words behind it are lost`() throws {
        let decoded = try recognizer.decode(samples.span, language: "de")
        #expect(decoded.isFull && decoded.tokens.count == 8 && decoded.stop == .budget)
        let audio = SampleRange(.zero, count: SampleCount(samples.count))
        let item = RecordingReader.Item(channel: .first, window: SpeechWindow(audio: audio, speech: [audio]), samples: samples)
        let window = try #require(try WhisperWindowRecognizer(recognizer, "de").recognize(item) { true })
        #expect(window.words.count > 8)
        let last = try #require(window.words.last)
        #expect(last.range.start.samples > Int64(samples.count / 3))
        #expect(zip(window.words, window.words.dropFirst()).allSatisfy { $0.range.end <= $1.range.start })
    }

    @Test(arguments: [1, 4, 12]) func `ends at once when the work may not continue`(steps: Int) throws {
        let audio = SampleRange(.zero, count: SampleCount(samples.count))
        let item = RecordingReader.Item(channel: .first, window: SpeechWindow(audio: audio, speech: [audio]), samples: samples)
        var asked = 0
        let window = try WhisperWindowRecognizer(recognizer, "de").recognize(item) {
            asked += 1
            return asked < steps
        }
        #expect(window == nil && asked == steps)
    }
}
