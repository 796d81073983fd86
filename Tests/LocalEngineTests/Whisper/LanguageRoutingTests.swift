import Audio
import Foundation
import HarkenTesting
import Speech
import Synchronization
import Testing

@testable import LocalEngine

/// What answers which language. The weights are random, and so are the words (w0 … w319); which model answers is not.
@Suite(.needs(RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"), .hangLimit)
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

    @Test(arguments: TestMatrices.areWhole ? ["de", "es-MX", "fr"] : ["es-MX"])
    func `a named language goes to Whisper`(tag: String) async throws {
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
        let alone = LocalEngine(try EnglishModels.shared.get(), pool: 1)
        let recording = Recording(path: TestModels.recording("cards/005.wav")), options = RecognitionOptions(language: .english)
        let with = try await engine.recognize(recording, options: options) { _ in }
        let without = try await alone.recognize(recording, options: options) { _ in }
        #expect(with == without)
        #expect(with.model == "moonshine-base-en" && with.languageConfidence == nil)
    }

    @Test(arguments: TestMatrices.areWhole ? [nil, "multi"] : [String?.none])
    func `plain English that nobody named has Moonshine's words`(tag: String?) async throws {
        let english = try await transcript("cards/005.wav", tag)
        #expect(english.language == .english && english.model == "moonshine-base-en")
        #expect(english.languageConfidence ?? 0 >= 0.99)
        #expect(english.text().contains("spades") && english.channels[0].words.allSatisfy { $0.language == .english })
        let named = try await transcript("cards/005.wav", "en")
        #expect(english.channels[0].words.map(\.text) == named.channels[0].words.map(\.text))
        #expect(english.notices.isEmpty)
    }

    @Test func `a language that neither model has is refused`() async throws {
        await #expect(throws: EngineError.unsupportedLanguage(LanguageTag("ja"))) { try await transcript("cards/005.wav", "ja") }
    }

    private func finals(_ name: String, _ language: String?) async throws -> [Word] { try await finals(of: TestModels.samples(name), language) }

    private func finals(of samples: [Float], _ language: String?) async throws -> [Word] {
        let (events, said) = AsyncStream.makeStream(of: EngineEvent.self)
        let stream = engine.open(StreamOptions(rate: .speech, language: language.map { LanguageTag($0) })) { event in
            said.yield(event)
            if case .closed = event { said.finish() }
        }
        send(samples, to: stream)
        var all: [EngineEvent] = []
        for await event in events { all.append(event) }
        #expect(all.last == .closed(nil))
        return all.flatMap { if case .final(let hypothesis, _) = $0 { hypothesis.words } else { [Word]() } }
    }

    @Test func `a live stream in a named language has Whisper's words`() async throws {
        let words = try await finals("cards/005.wav", "de")
        #expect(!words.isEmpty && words.allSatisfy { isOfWhisper($0) && $0.language?.rawValue == "de" })
    }

    @Test func `a live stream in several languages has Moonshine's words where the English is plain`() async throws {
        let words = try await finals("cards/005.wav", "multi"), named = try await finals("cards/005.wav", "en")
        #expect(words.contains { $0.text.lowercased().contains("spades") } && words.allSatisfy { $0.language == .english })
        #expect(words.map(\.text) == named.map(\.text))
    }

    @Test func `a live stream that names no language has it found`() async throws {
        let words = try await finals("cards/005.wav", nil)
        #expect(words.contains { $0.text.lowercased().contains("spades") } && words.allSatisfy { $0.language == .english })
    }
}

/// The same random weights, with other settings.
@Suite(.needs(RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"), .hangLimit)
struct `Settings of the local engine's languages` {
    /// An engine for each setting, which loads its models once for all tests.
    private static let engines = Mutex<[(languages: LocalLanguages, engine: LocalEngine)]>([])

    private func engine(_ languages: LocalLanguages) throws -> LocalEngine {
        let folder = try RandomWhisper.shared.get().models
        return Self.engines.withLock { engines in
            if let made = engines.first(where: { $0.languages == languages }) { return made.engine }
            let engine = LocalEngine(folder, pool: 2, languages: languages)
            engines.append((languages, engine))
            return engine
        }
    }

    private func limited(to text: String) throws -> LocalEngine {
        guard let languages = LocalLanguages.standard.limited(to: text) else { throw CancellationError() }
        return try engine(languages)
    }

    private func chosen(_ text: String) throws -> LocalEngine {
        guard let languages = LocalLanguages(models: text) else { throw CancellationError() }
        return try engine(languages)
    }

    private func transcript(_ engine: LocalEngine, _ name: String, _ language: LanguageTag? = nil) async throws -> Transcript {
        try await engine.recognize(Recording(path: TestModels.recording(name)), options: RecognitionOptions(language: language)) { _ in }
    }

    @Test(arguments: TestMatrices.areWhole ? ["cards/003.wav", "cards/005.wav"] : ["cards/003.wav"])
    func `speech is in the only language that it may be in`(name: String) async throws {
        let one = try limited(to: "de")
        #expect(try await transcript(one, name).language == LanguageTag("de"))
        let named = try await transcript(one, name, LanguageTag("fr"))
        #expect(named.language.rawValue == "fr", "a named language is not found out")
    }

    @Test func `plain English is English among the languages that speech may be in`() async throws {
        let english = try await transcript(limited(to: "en, fr"), "cards/005.wav")
        #expect(english.language == .english && english.model == "moonshine-base-en" && english.notices.isEmpty)
        #expect(!english.channels[0].words.isEmpty)
        #expect(english.languageConfidence ?? 0 >= 0.99)
    }

    @Test func `a list of several languages is none of one, whatever the engine has of it`() throws {
        let engine = try limited(to: "de")
        func only(_ codes: String...) -> String? { engine.only(of: codes.map { LanguageTag($0) }) }
        #expect(only() == "de" && only("fr-CA") == "fr" && only("fr", "fr-CA") == "fr")
        #expect(only("fr", "ja") == nil && only("fr", "es") == nil)
        #expect(only("ja", "ko") == "de", "a list of which the engine has nothing does not count")
    }

    @Test func `a live stream's language is found among those that its client allows`() throws {
        let engine = try engine(.standard)
        func choice(_ language: LanguageTag?, _ codes: String...) -> LiveLanguage.Choice {
            engine.liveLanguage(language, among: codes.map { LanguageTag($0) })
        }
        #expect(choice(.multi, "de-AT", "fr") == .open(allowed: ["de", "fr"]))
        #expect(choice(.multi, "de") == .other("de") && choice(nil, "de") == .other("de"))
        #expect(choice(nil, "de", "fr") == .open(allowed: ["de", "fr"]))
        #expect(choice(LanguageTag("fr"), "de") == .other("fr"), "a named language is not found out")
        #expect(choice(.multi) == .open(allowed: nil) && choice(nil) == .open(allowed: nil))
        #expect(choice(nil, "de", "en") == .open(allowed: ["de", "en"]) && choice(.english, "de", "en") == .english)
    }

    @Test(arguments: [("", "moonshine-base-en"), ("en", "moonshine-base-en"), ("multi", "moonshine-base-en"), ("de-AT", "whisper-base")])
    func `a live stream's model is that of its language`(language: String, model: String) throws {
        let options = StreamOptions(rate: .speech, language: language.isEmpty ? nil : LanguageTag(language))
        #expect(try engine(.standard).model(for: options) == model)
    }

    @Test(arguments: [
        ("en=moonshine-base,*=whisper-base", "moonshine-base-en"), ("*=whisper-base", "whisper-base"),
        ("de=whisper-base,fr=whisper-base", "whisper-base"),
    ])
    func `a live stream that tells its language has a model that the operator has chosen`(models: String, model: String) throws {
        #expect(try chosen(models).model(for: StreamOptions(rate: .speech)) == model)
    }

    @Test func `a live stream's likely languages leave the others possible`() throws {
        func choice(_ engine: LocalEngine, _ codes: String...) -> LiveLanguage.Choice {
            engine.liveLanguage(.multi, among: codes.map { LanguageTag($0) }, isStrict: false)
        }
        let open = try engine(.standard)
        #expect(choice(open, "de-AT", "fr") == .open(allowed: nil, likely: ["de", "fr"]))
        #expect(choice(open) == .open(allowed: nil))
        #expect(try choice(limited(to: "de"), "fr", "es") == .other("de"), "the operator's only language is the only one")
    }

    @Test func `a gap of a live stream that named no language has it found`() async throws {
        var options = RecognitionOptions()
        options.workload = .realtime
        let recording = Recording(path: TestModels.recording("cards/003.wav"))
        let gap = try await engine(.standard).recognize(recording, options: options) { _ in }
        let plain = try await engine(.standard).recognize(recording, options: RecognitionOptions()) { _ in }
        #expect(gap == plain && gap.languageConfidence != nil)
        #expect(try await limited(to: "de").recognize(recording, options: options) { _ in }.language == LanguageTag("de"))
    }

    @Test func `English goes to Whisper when it is told to`() async throws {
        let whisper = try chosen("*=whisper-base")
        let english = try await transcript(whisper, "cards/005.wav", .english)
        #expect(english.model == "whisper-base")
        #expect(english.language == .english)
    }

    @Test func `a language without a model is refused`() async throws {
        let few = try chosen("en=moonshine-base,de=whisper-base"), languages = few.capabilities.languages
        #expect(languages.contains(LanguageTag("de")))
        #expect(!languages.contains(LanguageTag("fr")))
        await #expect(throws: EngineError.unsupportedLanguage(LanguageTag("fr"))) { try await transcript(few, "cards/005.wav", LanguageTag("fr")) }
    }

    @Test func `the only language with a model is that of all speech`() async throws {
        let one = try chosen("de=whisper-base")
        let found = try await transcript(one, "cards/005.wav")
        #expect(found.language.rawValue == "de")
        await #expect(throws: EngineError.unsupportedLanguage(.english)) { try await transcript(one, "cards/005.wav", .english) }
    }

    @Test func `the client's languages count in place of the operator's`() async throws {
        var options = RecognitionOptions()
        options.shared.languages = [LanguageTag("fr-CA")]
        let recording = Recording(path: TestModels.recording("cards/005.wav"))
        let french = try await limited(to: "de, es").recognize(recording, options: options) { _ in }
        #expect(french.language.rawValue == "fr", "with one language nothing is asked")
    }

    @Test func `a live stream that names no language is in the only one that it may be`() async throws {
        let (events, said) = AsyncStream.makeStream(of: EngineEvent.self)
        let engine = try limited(to: "de")
        let stream = engine.open(StreamOptions(rate: .speech)) { event in
            said.yield(event)
            if case .closed = event { said.finish() }
        }
        send(try TestModels.samples("cards/005.wav"), to: stream)
        var all: [EngineEvent] = []
        for await event in events { all.append(event) }
        let words = all.flatMap { if case .final(let hypothesis, _) = $0 { hypothesis.words } else { [Word]() } }
        #expect(!words.isEmpty)
        #expect(words.allSatisfy { $0.language?.rawValue == "de" })
    }
}

private func send(_ samples: [Float], to stream: any EngineStream) {
    var bytes: [UInt8] = []
    PCM.appendLinear16(samples.span, to: &bytes)
    stream.send(bytes.span.bytes)
    stream.send(.finish)
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

/// A development recording; the path may lead to nothing.
private func developmentRecording(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../../shared/audio/" + name).standardizedFileURL.path
}

private let german = developmentRecording("multilingual/pv-leopard-de.flac")
private let noise = developmentRecording("noise/white-noise-6s.flac")
private let areRecordingsThere = [german, noise].allSatisfy { FileManager.default.fileExists(atPath: $0) }

/// A folder in which Whisper's weights are broken, but not the facts about it.
@Suite(.needs(RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"), .hangLimit)
struct `English with a broken Whisper` {
    private let folder = TemporaryFolder()

    /// Short English, for which Whisper is asked.
    @Test func `keeps its words, and the failure is reported once`() async throws {
        let whole = try RandomWhisper.shared.get().models, root = URL(filePath: folder.path + "/broken")
        try EnglishModels.link(at: root)
        let models = root.appending(path: "models/whisper-base")
        try FileManager.default.copyItem(atPath: whole.path + "/models/whisper-base", toPath: models.path)
        try Data("no model".utf8).write(to: models.appending(path: "decoder.onnx"))
        let reports = Mutex<[ModelFailure]>([])
        let engine = LocalEngine(ModelFolder(root.path), pool: 1) { failure in reports.withLock { $0.append(failure) } }
        let recording = Recording(path: TestModels.recording("cards/003.wav"))
        let broken = try await engine.recognize(recording, options: RecognitionOptions()) { _ in }
        let named = try await engine.recognize(recording, options: RecognitionOptions(language: .english)) { _ in }
        #expect(broken.language == .english && broken.languageConfidence == nil)
        #expect(!broken.text().isEmpty && broken.text() == named.text())
        _ = try await engine.recognize(recording, options: RecognitionOptions()) { _ in }
        let reported = reports.withLock { $0 }
        #expect(reported.count == 1 && reported.allSatisfy { $0.model == .multilingual && $0.reason.contains("decoder.onnx") }, "\(reported)")
    }
}

/// German speech with a folder that knows English only.
@Suite(
    .enabled(if: TestModels.areThere && areRecordingsThere, "the models or the development recordings are not here"), .hangLimit)
struct `German with English models` {
    private static let loaded = Result { LocalEngine(try EnglishModels.shared.get(), pool: 1) }

    private let engine: LocalEngine

    init() throws { engine = try Self.loaded.get() }

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

/// The real model, which set-up makes.
@Suite(
    .enabled(if: TestModels.areThere && areRecordingsThere, "the models or the development recordings are not here"),
    .needs(TestModels.folder.problem(ModelFolder.Item.multilingual) == nil, "the models are older: make setup"), .hangLimit)
struct `German with Whisper` {
    private func transcript(_ path: String, _ language: String? = nil, by engine: LocalEngine = TestModels.engine) async throws -> Transcript {
        try await engine.recognize(Recording(path: path), options: RecognitionOptions(language: language.map { LanguageTag($0) })) { _ in }
    }

    @Test(arguments: TestMatrices.areWhole ? ["de", "multi", nil] : [String?.none])
    func `is heard as German`(tag: String?) async throws {
        let transcript = try await transcript(german, tag)
        #expect(transcript.language == LanguageTag("de") && transcript.model == "whisper-base")
        #expect(tag == "de" ? transcript.languageConfidence == nil : transcript.languageConfidence ?? 0 > 0.9)
        let words = transcript.text().lowercased().split(separator: " ")
        // Seven of the ten words that were spoken; the others are of more than one word, or misspelt.
        for word in ["der", "hinter", "diesem", "portal", "raum", "wurde", "als"] { #expect(words.contains { $0 == word }) }
    }

    /// Returns the words of the finals of a live stream whose client lets its languages be found.
    private func finals(_ samples: [Float], by engine: LocalEngine = TestModels.engine) async throws -> [Word] {
        let (events, said) = AsyncStream.makeStream(of: EngineEvent.self)
        let stream = engine.open(StreamOptions(rate: .speech, language: .multi)) { event in
            said.yield(event)
            if case .closed = event { said.finish() }
        }
        send(samples, to: stream)
        var words: [Word] = []
        for await event in events {
            if case .final(let final, _) = event { words += final.words }
            if case .closed(let error) = event { #expect(error == nil) }
        }
        return words
    }

    @Test func `is heard as German in a live stream, between English`() async throws {
        let engine = LocalEngine(TestModels.folder, pool: 2), silence = [Float](repeating: 0, count: 24_000)
        let english = try TestModels.samples("cards/005.wav"), other = try await DevelopmentAudio.samples("multilingual/pv-leopard-de.flac")
        let words = try await finals(english + silence + other + silence + english, by: engine)
        var languages: [String?] = []
        for language in words.map(\.language?.rawValue) where languages.last != language { languages.append(language) }
        #expect(languages == ["en", "de", "en"])
        #expect(words.count { $0.text.lowercased().contains("spades") } == 2)
        #expect(words.contains { $0.text.lowercased().contains("portal") && $0.language == LanguageTag("de") })
    }

    @Test func `is not loaded for a live stream in which nobody speaks`() async throws {
        let engine = LocalEngine(TestModels.folder, pool: 2)
        #expect(try await finals([Float](repeating: 0, count: 48_000), by: engine).isEmpty)
        #expect(engine.multilingual?.presence == .idle)
    }

    @Test func `is loaded for speech alone, and only if its language is asked for`() async throws {
        let engine = LocalEngine(TestModels.folder, pool: 2)
        #expect(try await transcript(noise, by: engine).text().isEmpty)
        #expect(try await transcript(TestModels.recording("cards/005.wav"), "en", by: engine).text().contains("spades"))
        #expect(engine.multilingual?.presence == .idle)
        let english = try await transcript(TestModels.recording("cards/005.wav"), by: engine)
        #expect(english.text().contains("spades") && english.model == "moonshine-base-en" && english.languageConfidence ?? 0 >= 0.99)
        #expect(engine.multilingual?.presence == .idle, "plain English needs no other model")
        #expect(try await transcript(german, by: engine).language == LanguageTag("de"))
        #expect(engine.multilingual?.presence == .loaded)
    }

    @Test func `is unknown among other languages, without words, and the answer says so`() async throws {
        var options = RecognitionOptions()
        options.shared.languages = [LanguageTag("en"), LanguageTag("fr")]
        let transcript = try await TestModels.engine.recognize(Recording(path: german), options: options) { _ in }
        #expect(transcript.language == .undetermined && transcript.channels[0].words.isEmpty)
        guard case .unknownLanguage(count: 1, let total, let first)? = transcript.notices.first else { throw CancellationError() }
        #expect(total > .seconds(3) && first < .seconds(1))
    }
}
