import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

@Suite struct `The hearing of a recording whose language nobody named` {
    private func decoded(_ text: String, mean: Float, _ stop: Decoded.Stop = .end) -> WhisperDecoded {
        let words = text.split(separator: " ").enumerated().map { DecodedWord(text: String($1), confidence: 1, tokens: $0..<$0 + 1) }
        return WhisperDecoded(words: words, mean: mean, stop: stop)
    }

    @Test func `keeps the mean of a doubled text whose second try has no words`() {
        let first = decoded("so it goes so it goes", mean: -0.4)
        let kept = LanguageHearing.evidence(WhisperDecoded(stop: .end), after: first)
        #expect(kept.text.isEmpty && kept.mean == -0.4 && !kept.hasEnded)
    }

    @Test func `takes the second try of a doubled text, and a first try as it is`() {
        let first = decoded("so it goes so it goes", mean: -0.4), second = decoded("so it goes", mean: -0.2)
        let again = LanguageHearing.evidence(second, after: first)
        #expect(again == TriedText("so it goes", mean: -0.2))
        #expect(LanguageHearing.evidence(first, after: first) == TriedText("so it goes so it goes", mean: -0.4))
        #expect(!LanguageHearing.evidence(decoded("so", mean: -0.1, .repetition), after: first).hasEnded)
    }

    @Test(arguments: [(1, false), (2, false), (3, true), (4, true)]) func `takes a text for a loop from three rounds on`(rounds: Int, isLoop: Bool) {
        let refrain = "and so we go on with the work until the night is over my friend"
        let text = Array(repeating: refrain, count: rounds).joined(separator: " ")
        #expect(RepeatedText.isLoop(text) == isLoop)
        #expect(LanguageHearing.evidence(decoded(text, mean: -0.3), after: decoded(text, mean: -0.3)).repeatsItself == isLoop)
    }

    @Test func `takes no short text for a loop`() {
        #expect(!RepeatedText.isLoop("") && !RepeatedText.isLoop("ja ja ja ja ja ja ja"))
    }

    @Test(arguments: [nil, "en"]) func `keeps English words where the other model fails in English`(former: String?) {
        var window = RecognizedWindow(words: [Word("yes", SampleRange(.zero, SampleIndex(1)), confidence: 1)])
        window.found = .assumed
        #expect(LanguageHearing.assumed(window, after: former) == window)
    }

    @Test func `has no words where the other model fails behind another language`() {
        var window = RecognizedWindow(words: [Word("yes", SampleRange(.zero, SampleIndex(1)), confidence: 1)])
        window.found = .assumed
        let unknown = LanguageHearing.assumed(window, after: "de")
        #expect(unknown.words.isEmpty && unknown.found == .unknown)
    }

    @Test func `hears nothing only where neither model hears speech`() {
        #expect(LanguageHearing.foundWithoutWords(isSilent: true, english: "") == .nothing)
        #expect(LanguageHearing.foundWithoutWords(isSilent: true, english: "thank you") == .unknown)
        #expect(LanguageHearing.foundWithoutWords(isSilent: false, english: "") == .unknown)
    }
}

/// With Moonshine, and a model for other languages that cannot be loaded.
@Suite(.needs(TestModels.areThere, TestModels.needed), .hangLimit) struct `The hearing of English without the other model` {
    private func hear<Result>(
        _ name: String, _ body: (LanguageHearing, HeardUtterance) async throws -> Result
    ) async throws -> Result {
        let use = try await TestModels.engine.models()
        defer { withExtendedLifetime(use) {} }
        let hearing = LanguageHearing(
            WindowRecognizer(use.model.recognizer, nil), .standard, allowed: nil, TestModels.engine.pool, FailureReport { _ in }, load: { nil })
        let samples = try TestModels.samples(name), all = SampleRange(.zero, SampleIndex(samples.count))
        let item = RecordingReader.Item(channel: .first, window: SpeechWindow(audio: all, speech: [all]), samples: samples)
        return try await body(hearing, hearing.hear(item))
    }

    @Test func `keeps no audio of plain English, which keeps its words behind any language`() async throws {
        try await hear("cards/005.wav") { hearing, utterance in
            #expect(utterance.item.samples.isEmpty && !utterance.window.words.isEmpty)
            #expect(utterance.window.found == .language(.english, confidence: 0.99, model: Recognizer.modelName))
            for former in [nil, "en", "de"] {
                let settled = try await hearing.settle(utterance, after: former)
                #expect(settled == utterance.window)
            }
        }
    }

    @Test func `assumes English for short speech, but not behind another language`() async throws {
        try await hear("cards/003.wav") { hearing, utterance in
            #expect(utterance.isAssumed && utterance.window.found == .assumed && !utterance.window.words.isEmpty)
            for former in [nil, "en"] {
                let settled = try await hearing.settle(utterance, after: former)
                #expect(settled == utterance.window)
            }
            let unknown = try await hearing.settle(utterance, after: "de")
            #expect(unknown.words.isEmpty && unknown.found == .unknown)
        }
    }
}
