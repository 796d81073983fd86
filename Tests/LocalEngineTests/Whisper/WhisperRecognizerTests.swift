import Foundation
import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

/// The expected numbers are those of `reference_whisper.py` for the same files.
@Suite(.needs(RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"))
struct `Whisper with random weights` {
    private let recognizer: WhisperRecognizer
    private let samples: [Float]

    init() throws {
        recognizer = try RandomWhisper.shared.get().recognizer()
        samples = try TestModels.samples("cards/005.wav")
    }

    @Test func `the text of the best of five hypotheses is that of the reference`() throws {
        let decoded = try recognizer.decode(samples.span, language: "de")
        let expected: [Int32] = [
            260, 311, 12, 260, 120, 260, 260, 260, 306, 307, 260, 12, 211, 307, 307, 260, 260, 307, 307, 260, 260, 260, 260, 225, 225, 208,
        ]
        #expect(decoded.tokens.map(\.token.id) == expected)
        // Random weights make much of the last digits of the window's sound.
        #expect(abs(decoded.mean - -0.880) < 0.03)
        #expect(decoded.stop == .end)
        #expect(decoded.words.map(\.text) == expected.map { "w\($0)" })
    }

    @Test func `times of tokens are those of the reference`() throws {
        let decoded = try recognizer.decode(samples.span, language: "de")
        let frames = [
            0, 1, 46, 47, 47, 47, 48, 49, 50, 51, 52, 57, 58, 59, 60, 61, 62, 63, 64, 143, 143, 146, 149, 150, 151, 153, 175,
        ]
        // The attention of random weights hardly prefers one frame, so that a few tokens may begin elsewhere.
        let starts = try #require(decoded.starts)
        #expect(starts.count == frames.count)
        #expect(zip(starts, frames).count { $0 == min($1 * 320, samples.count) } >= 23, "\(starts)")
    }

    /// The numbers are those of `language_rule.py`, the reference program of the trials.
    @Test func `one hearing tells the languages, the score of a text, and the text`() throws {
        let hearing = try recognizer.hear(samples.span)
        let languages = try recognizer.languages(of: hearing)
        let expected: [String: Float] = ["en": -0.6802, "de": -1.9243, "es": -1.2634, "fr": -2.7365]
        for (code, value) in expected { #expect(abs((languages[code] ?? 0) - value) < 0.01, "\(languages)") }
        #expect(languages.count == expected.count && !hearing.isSilent)
        for (text, score) in [("w260 w311 w12", -2.923), ("w1 w25", -10.420), ("zz w7", -8.980)] as [(String, Float)] {
            // Random weights make much of the last digits of the window's sound.
            let found = try recognizer.score(text, of: hearing, language: "de")
            #expect(abs(found - score) < 0.3)
        }
        let asked = try recognizer.decode(hearing, language: "de", isTimed: true) { true }
        #expect(try asked == recognizer.decode(samples.span, language: "de"), "questions change nothing")
    }

    @Test func `a text gets its times when they are asked for`() throws {
        let hearing = try recognizer.hear(samples.span)
        let text = try recognizer.decode(hearing, language: "de") { true }
        #expect(text.starts == nil && !text.tokens.isEmpty)
        #expect(try recognizer.timed(text, of: hearing, language: "de") == recognizer.decode(samples.span, language: "de"))
    }

    @Test func `a text goes on from the words that it must begin with`() throws {
        let prefix: [Int32] = [260, 225, 225, 307, 225]
        let draft = try recognizer.decode(samples.span, language: "de", prefix: prefix.map { Token($0) }, isDraft: true)
        #expect(draft.tokens.prefix(5).map(\.token.id) == prefix && draft.tokens.count > 5)
        #expect(draft.tokens.allSatisfy { $0.logProbability < 0 && $0.logProbability > -20 })
        #expect(draft.starts == nil)
        let timed = try recognizer.decode(samples.span, language: "de", prefix: prefix.map { Token($0) }, isDraft: true, isTimed: true)
        #expect(timed.tokens == draft.tokens && timed.starts?.count == draft.tokens.count + 1)
    }

    @Test func `work that may not continue ends as cancelled`() throws {
        var steps = 0
        let decoded = try recognizer.decode(samples.span, language: "de") {
            steps += 1
            return steps < 5
        }
        #expect(decoded.stop == .cancelled)
    }

    @Test func `metadata, special tokens and languages come from the file`() throws {
        let facts = recognizer.facts
        #expect(facts.codes == ["en", "de", "es", "fr"])
        #expect(facts.begin.id == 321 && facts.end.id == 320 && facts.noTimes.id == 331 && facts.vocabulary == 1_833)
        #expect(facts.code(for: LanguageTag("de-AT")) == "de" && facts.code(for: LanguageTag("ja")) == nil)
    }
}

@Suite struct `Beam search` {
    private let end = Token(9)

    private func candidates(_ tokens: [(Int32, Float)]) -> [ScoredToken] { tokens.map { ScoredToken(Token($0.0), logProbability: $0.1) } }

    @Test func `a hypothesis that began worse can win`() {
        var search = BeamSearch(width: 2, end: end)
        #expect(search.extend([candidates([(1, -0.5), (2, -1), (3, -4)])]) == [0, 0])
        #expect(search.extend([candidates([(4, -3), (5, -3.5), (9, -6)]), candidates([(6, -0.1), (7, -3), (9, -6)])]) == [1, 0])
        #expect(search.live.map { $0.tokens.map(\.token.id) } == [[2, 6], [1, 4]])
        _ = search.extend([candidates([(9, -0.1), (8, -3)]), candidates([(9, -0.1), (8, -3)])])
        #expect(search.isDone)
        #expect(search.best.tokens.map(\.token.id) == [2, 6])
    }

    @Test func `texts are compared by the mean of a token, so that short ones do not win by being short`() {
        var search = BeamSearch(width: 2, end: end)
        _ = search.extend([candidates([(1, -0.1), (9, -1), (2, -5)])])
        _ = search.extend([candidates([(9, -0.9), (3, -5)]), candidates([(9, -9), (3, -9)])])
        #expect(search.ended.map { $0.tokens.count } == [0, 1])
        #expect(search.best.tokens.map(\.token.id) == [1])
        #expect(!search.goesOn)
    }

    @Test func `a text that goes on may be better than the end of its first sentence`() {
        var search = BeamSearch(width: 2, end: end)
        #expect(search.goesOn)
        _ = search.extend([candidates([(1, -0.1), (2, -2)])])
        _ = search.extend([candidates([(3, -0.1), (9, -2.5)]), candidates([(4, -3)])])
        #expect(search.ended.count == 1 && search.goesOn)
    }
}

@Suite struct `Times from attention` {
    /// Attention that goes on by six frames a token, with noise; the expected numbers are those of `reference_whisper.py`.
    @Test func `are those of the reference`() {
        let heads = 2, tokens = 6, frames = 40
        var attention: [Float] = []
        for head in 0..<heads {
            for token in 0..<tokens {
                for frame in 0..<frames {
                    let distance = Float(frame - 6 * token - 2 * head)
                    attention.append(1 / (1 + distance * distance) + 0.1 * Float((head * 7 + token * 13 + frame * 29) % 11))
                }
            }
        }
        #expect(AttentionTimes.starts(attention: attention, heads: heads, tokens: tokens, rows: 1..<5, used: 36) == [0, 10, 15, 22])
        #expect(AttentionTimes.starts(attention: [], heads: heads, tokens: tokens, rows: 1..<5, used: 36) == [0, 0, 0, 0])
    }
}

@Suite struct `Whisper's features` {
    @Test func `a window has whole groups of frames, and no more than the model takes`() {
        #expect(WhisperFeatures.frames(seconds: 6) == 600)
        #expect(WhisperFeatures.frames(seconds: 6.01) == 608)
        #expect(WhisperFeatures.frames(seconds: 60) == 3_000)
    }

    @Test func `silence is the same everywhere, and a tone fills its band`() {
        let features = WhisperFeatures(bands: 80)
        let silence = features.features(of: [Float](repeating: 0, count: 1_600).span, frames: 16)
        #expect(silence.allSatisfy { $0 == silence[0] })
        let tone = (0..<2_560).map { sinf(Float($0) * 2 * .pi * 1_000 / 16_000) }
        let heard = features.features(of: tone.span, frames: 16)
        let levels = (0..<80).map { heard[$0 * 16 + 8] }
        // 1 kHz is Slaney's mel 15, and 80 bands reach to mel 45.2.
        let loudest = levels.firstIndex(of: levels.max() ?? 0) ?? 0
        #expect((25...27).contains(loudest), "\(loudest)")
    }
}
