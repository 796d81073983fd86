import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

/// With Moonshine, and a model for other languages that cannot be loaded.
@Suite(.needs(TestModels.areThere, TestModels.needed), .hangLimit) struct `The reading of live utterances without the other model` {
    private func read(_ name: String, after former: String?) async throws -> LiveAnswer {
        let use = try await TestModels.engine.models(), samples = try TestModels.samples(name)
        defer { withExtendedLifetime(use) {} }
        let open = OpenLanguage(languages: .standard, allowed: nil, failure: FailureReport { _ in }) { nil }
        let channel = ChannelReader(use.model, .open(open), TimedReadings(), EarlierReadings(), nil)
        let reader = UtteranceReader(use.model, open, channel, TestModels.engine.pool, patience: .seconds(5))
        return try await reader.words(in: SampleRange(.zero, SampleIndex(samples.count)), after: former, samples)
    }

    @Test(arguments: [nil, "en", "de"]) func `gives plain English its words behind any language`(former: String?) async throws {
        guard case .words(let words, let found) = try await read("cards/005.wav", after: former) else { throw CancellationError() }
        #expect(found == .language(.english, confidence: 0.99, model: Recognizer.modelName))
        #expect(words.contains { $0.bare == "spades" } && words.allSatisfy { $0.language == .english })
    }

    @Test(arguments: [nil, "en"]) func `assumes English for short speech`(former: String?) async throws {
        guard case .words(let words, let found) = try await read("cards/003.wav", after: former) else { throw CancellationError() }
        #expect(found == .assumed && !words.isEmpty && words.allSatisfy { $0.language == nil })
    }

    @Test func `assumes nothing behind another language`() async throws {
        #expect(try await read("cards/003.wav", after: "de") == .words([], found: .unknown))
    }
}

/// The weights are random, and so are the words (w0 … w319).
@Suite(.needs(RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"), .hangLimit)
struct `The reading of live utterances with the other model` {
    @Test func `depends on the question and the audio alone`() async throws {
        let random = try RandomWhisper.shared.get(), whisper = try random.recognizer()
        let models = try LocalModels(random.models, InferenceRuntime(path: random.models.path(of: .runtime)), threads: 1)
        let use = ModelUse(whisper) {}, pool = DecodePool(threads: 2)
        let open = OpenLanguage(languages: .standard, allowed: nil, failure: FailureReport { _ in }) { use }
        let samples = try TestModels.samples("cards/003.wav"), audio = SampleRange(.zero, SampleIndex(samples.count))
        func reader() -> UtteranceReader {
            let channel = ChannelReader(models, .open(open), TimedReadings(), EarlierReadings(), nil)
            return UtteranceReader(models, open, channel, pool, patience: .seconds(5))
        }
        let one = reader(), two = reader()
        let first = try await one.words(in: audio, after: nil, samples)
        let german = try await one.words(in: audio, language: "de", samples)
        #expect(try await two.words(in: audio, language: "de", samples) == german)
        #expect(try await two.words(in: audio, after: nil, samples) == first)
        // Random words may all be rejected as a loop. Those that are left are in the language that was asked for.
        guard case .words(let words, nil) = german else { throw CancellationError() }
        #expect(words.allSatisfy { $0.text.hasPrefix("w") && $0.language?.rawValue == "de" })
    }
}
