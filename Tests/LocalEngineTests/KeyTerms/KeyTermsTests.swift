import Audio
import Foundation
import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

/// The second look on real speech, stage by stage against the reference program's figures.
@Suite(
    .needs(TestModels.areThere, TestModels.needed),
    .enabled(if: DevelopmentAudio.isThere, "the development recordings (../shared/audio) are not here"), .serialized)
struct `Key terms` {
    private static let clip = "asr/ls-1998-15444-0009.flac"

    /// Sound and change as the reference gives them, for a list of all these terms.
    private static let reference: [(file: String, heard: String, term: String, distance: Float, gain: Float)] = [
        (clip, "nocotic", "narcotic", 0.06, -0.2), (clip, "Epomorphine", "apomorphine", 0.02, -2.5), (clip, "early", "allied", 0.32, -1.7),
        ("asr/ls-2033-164914-0007.flac", "these stitches", "distichs", 0.28, -3.9),
        ("asr/ls-1998-15444-0003.flac", "elementary", "alimentary", 0.07, -3.0),
    ]
    private static let terms = reference.map(\.term)

    /// The first one has three of the five changes.
    @Test(arguments: TestMatrices.areWhole ? [clip, "asr/ls-2033-164914-0007.flac", "asr/ls-1998-15444-0003.flac"] : [clip])
    func `are found, scored and put in as the reference does`(file: String) async throws {
        let models = try await TestModels.engine.models().model
        let samples = try await DevelopmentAudio.samples(file)
        let heard = try #require(try models.recognizer.hear(samples.span, keepsScores: true))
        let look = KeyTermLook(models.keyTerms.compile(Self.terms))
        var scorer = try #require(models.recognizer.scorer(of: heard, look))
        let changes = try #require(try scorer.changes(to: heard.decoded) { true })
        let decoded = try models.recognizer.lookAgain(at: heard, look)
        for expected in Self.reference where expected.file == file {
            let change = try #require(
                changes.first { look.terms.terms[$0.place.term].text == expected.term }, "\(expected.term): \(heard.decoded.text)")
            #expect(abs(change.place.distance - expected.distance) < 0.05, "\(expected.term)")
            #expect(abs(change.gain - expected.gain) < 1, "\(expected.term)")
            let word = try #require(decoded.words.first { WordForm.stem($0.text) == WordForm.stem(expected.term) })
            #expect(word.mark == TermMark(heard: expected.heard, wordCount: expected.heard.split(separator: " ").count))
            #expect((0...1).contains(word.confidence))
        }
        #expect(decoded.words.count(where: { $0.mark != nil }) == Self.reference.count(where: { $0.file == file }))
    }

    @Test func `reach recordings, and nothing changes without them`() async throws {
        let recording = Recording(path: DevelopmentAudio.path(Self.clip))
        let plain = try await TestModels.engine.recognize(recording, options: RecognitionOptions(language: .english)) { _ in }
        let mended = try await TestModels.engine.recognize(recording, options: RecognitionOptions(language: .english, keyterms: Self.terms)) { _ in }
        let words = mended.channels.flatMap(\.words)
        #expect(words.contains { $0.bare == "narcotic" && $0.heard != nil })
        #expect(words.contains { $0.bare == "apomorphine" && $0.heard != nil })
        #expect(plain.channels.flatMap(\.words).allSatisfy { $0.heard == nil })
        // All of these terms have one word, so what was heard is the text without terms.
        let heard = words.map { $0.heard ?? WordForm.inner($0.text) }.joined(separator: " ")
        #expect(heard == plain.channels.flatMap(\.words).map { WordForm.inner($0.text) }.joined(separator: " "))
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.range.start <= $1.range.start })
        let off = LocalEngine(TestModels.folder, pool: 1, usesKeyTerms: false)
        let without = try await off.recognize(recording, options: RecognitionOptions(language: .english, keyterms: Self.terms)) { _ in }
        #expect(without.text() == plain.text())
    }

    @Test(arguments: TestMatrices.areWhole ? [true, false] : [true])
    func `reach live finals, also by an update, and cover every sample`(isLate: Bool) async throws {
        let samples = try await DevelopmentAudio.samples(Self.clip)
        var bytes: [UInt8] = []
        PCM.appendLinear16(samples.span, to: &bytes)
        let (events, said) = AsyncStream.makeStream(of: EngineEvent.self)
        var options = StreamOptions(rate: .speech, language: .english, keyterms: isLate ? [] : Self.terms)
        let stream = TestModels.engine.open(options) { event in
            said.yield(event)
            if case .closed = event { said.finish() }
        }
        options.keyterms = Self.terms
        if isLate { stream.send(.update(options)) }
        var rest = bytes[...]
        while !rest.isEmpty {
            stream.send(Array(rest.prefix(6_400)).span.bytes)
            rest = rest.dropFirst(6_400)
        }
        stream.send(.finish)
        var words: [Word] = [], through = SampleIndex.zero
        for await event in events {
            guard case .final(let hypothesis, _) = event else { continue }
            #expect(hypothesis.range.start == through)
            through = hypothesis.range.end
            words += hypothesis.words
        }
        #expect(through == SampleIndex(samples.count))
        #expect(words.contains { $0.bare == "narcotic" && $0.heard != nil })
        #expect(words.contains { $0.bare == "apomorphine" && $0.heard != nil })
        #expect(words.allSatisfy { !$0.range.isEmpty })
    }
}

/// The development recordings, where they are.
enum DevelopmentAudio {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../../shared/audio").standardized.path
    static let isThere = FileManager.default.fileExists(atPath: folder + "/manifest.jsonl")

    static func path(_ file: String) -> String { folder + "/" + file }

    /// The samples of a recording at 16 kHz.
    static func samples(_ file: String) async throws -> [Float] {
        let media = try await InProcessMedia().turn(for: Recording(path: path(file))).open(rate: .speech, channels: .mixed)
        var samples: [Float] = []
        while let block = try media.next(SampleCount(16_000)) { samples += block.channels[0] }
        return samples
    }
}
