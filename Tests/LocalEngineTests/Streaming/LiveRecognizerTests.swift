import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

@Suite(.needs(RandomWhisper.isPossible, "\(TestModels.needed), or /usr/bin/python3 is not"))
struct `Live recognition with Whisper` {
    private let whisper: WhisperRecognizer
    private let models: LocalModels
    private let recognizer: LiveRecognizer
    private let samples: [Float]

    init() throws {
        let random = try RandomWhisper.shared.get()
        whisper = try random.recognizer()
        models = try LocalModels(random.models, InferenceRuntime(path: random.models.path(of: .runtime)), threads: 1)
        recognizer = LiveRecognizer(models, .other("de", ModelUse(whisper) {}))
        samples = try TestModels.samples("cards/005.wav")
    }

    private func words(_ purpose: SegmentRequest.Purpose, timesInterim: Bool) throws -> [SegmentResult.Word] {
        let audio = SampleRange(.zero, count: SampleCount(samples.count))
        let request = SegmentRequest(id: 1, purpose: purpose, timesInterim: timesInterim, audio: audio, speech: audio, prefix: [], context: nil)
        return try #require(try recognizer.recognize(request, samples) { true }).words
    }

    @Test func `a text that is there already is not written again`() throws {
        let audio = SampleRange(.zero, count: SampleCount(samples.count))
        let request = SegmentRequest(id: 0, purpose: .final, audio: audio, speech: audio, prefix: [], context: nil)
        var first = WhisperDecoded(words: [DecodedWord(text: "ja", confidence: 1, tokens: 0..<1)], stop: .end)
        first.tokens = [ScoredToken(Token(5), logProbability: 0)]
        let read = try recognizer.other("de", whisper, request, samples, first: first) { true }
        #expect(read?.words.first?.text == "ja" && read?.words.first?.language?.rawValue == "de")
    }

    @Test func `an interim is a draft, with the times of its words where these are wanted`() throws {
        let draft = try whisper.decode(samples.span, language: "de", isDraft: true, isTimed: true)
        let plain = try words(.interim, timesInterim: false), timed = try words(.interim, timesInterim: true)
        #expect(!plain.isEmpty && plain.flatMap(\.tokens) == draft.tokens.map(\.token))
        #expect(timed.flatMap(\.tokens) == draft.tokens.map(\.token))
        let ranges = WhisperWindowRecognizer.ranges(of: draft, in: samples.indices).map { $0.map { Int64($0.lowerBound) } }
        #expect(timed.map { Optional($0.range.start.samples) } == ranges)
        #expect(plain.map(\.range) != timed.map(\.range))
        let final = try whisper.decode(samples.span, language: "de")
        #expect(final.tokens != draft.tokens, "the draft has one hypothesis")
    }
}

@Suite(.needs(TestModels.areThere, TestModels.needed)) struct `Live recognition of English` {
    private static let loaded = Result {
        try LocalModels(TestModels.folder, InferenceRuntime(path: TestModels.folder.path(of: .runtime)), threads: 1)
    }

    private let models: LocalModels
    private let samples: [Float]

    init() throws {
        models = try Self.loaded.get()
        samples = Array(try TestModels.samples("beckett.wav")[1_600..<144_000])
    }

    /// Returns the words of an interim of a stream whose client named no language.
    private func words(after former: String?, of samples: [Float]) throws -> [SegmentResult.Word] {
        let open = OpenLanguage(languages: .standard, allowed: nil, failure: FailureReport { _ in }) { nil }
        let audio = SampleRange(.zero, count: SampleCount(samples.count))
        let request = SegmentRequest(
            id: 1, purpose: .interim, audio: audio, speech: audio, prefix: [], context: nil, language: .open(after: former))
        return try #require(try LiveRecognizer(models, .open(open)).recognize(request, samples) { true }).words
    }

    @Test func `shows plain English where no language was named, and other English behind English`() throws {
        let short = try TestModels.samples("cards/003.wav")
        #expect(try words(after: nil, of: short).isEmpty)
        let behind = try words(after: "en", of: short), plain = try words(after: nil, of: samples)
        #expect(!behind.isEmpty && !plain.isEmpty)
        #expect((behind + plain).allSatisfy { $0.language == .english })
    }

    /// Returns the words of an interim that begins with these tokens.
    private func words(_ prefix: [Token]) throws -> [SegmentResult.Word] {
        let audio = SampleRange(.zero, count: SampleCount(samples.count))
        let request = SegmentRequest(id: 1, purpose: .interim, audio: audio, speech: audio, prefix: prefix, context: nil)
        return try #require(try LiveRecognizer(models, .english).recognize(request, samples) { true }).words
    }

    /// Returns the token whose text this is.
    private func token(_ text: String) throws -> Token {
        let table = models.recognizer.table
        let token = (0..<table.count).map { Token(Int32($0)) }.first { table.bytes(of: $0).elementsEqual(text.utf8) }
        return try #require(token)
    }

    @Test func `gives the tokens before a word to the word, so that the next interim can begin with them`() throws {
        let free = try words([]), blank = try token("\u{2581}")
        try #require(free.count > 3)
        let prefix = free.prefix(3).flatMap { [blank] + $0.tokens }
        let forced = try words(prefix)
        #expect(forced.prefix(2).map(\.text) == free.prefix(2).map(\.text))
        #expect(forced.prefix(2).map(\.tokens) == free.prefix(2).map { [blank] + $0.tokens })
        #expect(forced.flatMap(\.tokens).starts(with: prefix))
    }

    @Test func `drops the closing marks at the beginning of the settled words`() throws {
        let settled = try words([]).prefix(3).flatMap(\.tokens), marks = [try token("."), try token(",")]
        #expect(marks.allSatisfy(models.recognizer.isClosing))
        let forced = try words(marks + settled)
        #expect(forced.flatMap(\.tokens).starts(with: settled))
        #expect(try words(settled) == forced)
    }
}
