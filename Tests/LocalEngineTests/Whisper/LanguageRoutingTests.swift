import Audio
import Foundation
import Speech
import Synchronization
import Testing

@testable import LocalEngine

/// What answers which language. The weights are random, and so are the words (w0 … w319); which model answers is not.
@Suite(.enabled(if: RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"), .timeLimit(.minutes(5)))
struct `Languages of the local engine` {
    private static let engine = (try? RandomWhisper.shared.get()).map { LocalEngine($0.models, pool: 2) }

    private let engine: LocalEngine

    init() throws {
        _ = try RandomWhisper.shared.get()
        engine = try #require(Self.engine)
    }

    private func transcript(_ name: String, _ language: String?) async throws(EngineError) -> Transcript {
        let options = RecognitionOptions(language: language.map { LanguageTag($0) })
        return try await engine.recognize(Recording(path: TestModels.recording(name)), options: options) { _ in }
    }

    private func isOfWhisper(_ word: Word) -> Bool { word.text.hasPrefix("w") && Int(word.text.dropFirst()) != nil }

    @Test func `has the languages of both models`() {
        for tag in ["en", "de", "es-MX", "fr", "multi"] { #expect(engine.capabilities.languages.contains(LanguageTag(tag))) }
        #expect(!engine.capabilities.languages.contains(LanguageTag("ja")))
        #expect(engine.capabilities.models == ["moonshine-base-en", "whisper-base"])
    }

    @Test(arguments: ["de", "es-MX", "fr"]) func `a named language goes to Whisper`(tag: String) async throws {
        let transcript = try await transcript("cards/005.wav", tag)
        #expect(transcript.language == LanguageTag(LanguageTag(tag).primary))
        #expect(transcript.languageConfidence == nil)
        #expect(transcript.model == "whisper-base")
        let words = transcript.channels[0].words
        #expect(!words.isEmpty && words.allSatisfy(isOfWhisper))
        #expect(words.allSatisfy { $0.language == transcript.language })
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.range.end <= $1.range.start })
    }

    @Test func `named English goes to Moonshine, word for word as without Whisper`() async throws {
        let alone = LocalEngine(TestModels.folder, pool: 1)
        let recording = Recording(path: TestModels.recording("cards/005.wav")), options = RecognitionOptions(language: .english)
        let with = try await engine.recognize(recording, options: options) { _ in }
        let without = try await alone.recognize(recording, options: options) { _ in }
        #expect(with == without)
        #expect(with.model == "moonshine-base-en" && with.languageConfidence == nil)
    }

    @Test(arguments: [nil, "multi"]) func `where none is named, the first speech tells the language`(tag: String?) async throws {
        let english = try await transcript("cards/005.wav", tag)
        #expect(english.language == .english && english.model == "moonshine-base-en")
        #expect(english.languageConfidence ?? 0 > 0.25)
        #expect(english.text().contains("spades") && english.channels[0].words.allSatisfy { $0.language == .english })
        let german = try await transcript("cards/003.wav", tag)
        #expect(german.language.rawValue == "de" && german.model == "whisper-base")
        #expect(german.languageConfidence ?? 0 > 0.25)
        #expect(!german.channels[0].words.isEmpty && german.channels[0].words.allSatisfy(isOfWhisper))
    }

    @Test func `a language that neither model has is refused`() async throws {
        await #expect(throws: EngineError.unsupportedLanguage(LanguageTag("ja"))) { try await transcript("cards/005.wav", "ja") }
    }

    private func send(_ samples: [Float], to stream: any EngineStream) {
        var bytes: [UInt8] = []
        PCM.appendLinear16(samples.span, to: &bytes)
        stream.send(bytes.span.bytes)
        stream.send(.finish)
    }

    private func finals(_ name: String, _ language: String?) async throws -> [Word] {
        let (events, said) = AsyncStream.makeStream(of: EngineEvent.self)
        let stream = engine.open(StreamOptions(rate: .speech, language: language.map { LanguageTag($0) })) { event in
            said.yield(event)
            if case .closed = event { said.finish() }
        }
        send(try TestModels.samples(name), to: stream)
        var all: [EngineEvent] = []
        for await event in events { all.append(event) }
        #expect(all.last == .closed(nil))
        return all.flatMap { if case .final(let hypothesis, _) = $0 { hypothesis.words } else { [Word]() } }
    }

    @Test func `a live stream in a named language has Whisper's words`() async throws {
        let words = try await finals("cards/003.wav", "de")
        #expect(!words.isEmpty && words.allSatisfy { isOfWhisper($0) && $0.language?.rawValue == "de" })
    }

    @Test func `a live stream in several languages finds its language out`() async throws {
        let german = try await finals("cards/003.wav", "multi")
        #expect(!german.isEmpty && german.allSatisfy { isOfWhisper($0) && $0.language?.rawValue == "de" })
        let english = try await finals("cards/005.wav", "multi")
        #expect(english.contains { $0.text.lowercased().contains("spades") } && english.allSatisfy { $0.language == .english })
    }

    @Test func `a live stream that names no language is English`() async throws {
        let words = try await finals("cards/005.wav", nil)
        #expect(words.contains { $0.text.lowercased().contains("spades") } && words.allSatisfy { $0.language == nil })
    }
}

@Suite struct `Doubt about the language` {
    private func words(_ count: Int, confidence: Float) -> [Word] {
        (0..<count).map { Word("word", SampleRange(SampleIndex($0), count: SampleCount(1)), confidence: confidence) }
    }

    @Test func `probable words end the doubt, for good`() {
        var doubt = LanguageDoubt()
        doubt.add(words(8, confidence: 0.9))
        #expect(!doubt.isOpen && !doubt.isForeign)
        doubt.add(words(50, confidence: 0.1))
        #expect(!doubt.isOpen && !doubt.isForeign)
    }

    @Test func `improbable words are of another language`() {
        var doubt = LanguageDoubt()
        doubt.add(words(7, confidence: 0.3))
        #expect(doubt.isOpen && doubt.isForeign)
    }

    @Test func `a few words tell nothing`() {
        var doubt = LanguageDoubt()
        doubt.add(words(6, confidence: 0.1))
        #expect(doubt.isOpen && !doubt.isForeign)
    }
}

/// German speech with a folder that knows English only.
private let german = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/audio/multilingual/pv-leopard-de.flac").standardizedFileURL.path

@Suite(
    .enabled(if: TestModels.areThere && FileManager.default.fileExists(atPath: german), "the models or the development recordings are not here"),
    .enabled(if: TestModels.folder.problem(ModelFolder.Item.multilingual) != nil, "the folder of models has Whisper"), .timeLimit(.minutes(3)))
struct `German with English models` {
    private let engine = LocalEngine(TestModels.folder, pool: 1)

    @Test func `is refused as a language that nobody knows, and nothing is reported before`() async throws {
        let segments = Mutex(0)
        await #expect(throws: EngineError.unsupportedLanguage(.undetermined)) {
            try await engine.recognize(Recording(path: german), options: RecognitionOptions()) { event in
                if case .segment = event { segments.withLock { $0 += 1 } }
            }
        }
        #expect(segments.withLock { $0 } == 0)
    }

    @Test func `gets English words when the client says that it is English`() async throws {
        let transcript = try await engine.recognize(Recording(path: german), options: RecognitionOptions(language: .english)) { _ in }
        #expect(!transcript.text().isEmpty && transcript.language == .english)
    }
}
