import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

@Suite struct `The hearing of a recording whose language nobody named` {
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
