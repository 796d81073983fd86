import Audio
import Foundation
import HarkenTesting
import LocalEngine
import Speech
import Testing

@testable import harken

/// Recognizes a recording whose samples have the number of their second: one word for each second, a stretch for each two.
struct SecondsEngine: PrerecordedEngine {
    let name = EngineName("seconds")
    let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .only(["en"]), models: ["seconds"])
    /// Number of words after which the engine is ended; nil: never.
    var limit: Int?

    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        var words: [Word] = []
        var length = SampleCount.zero
        do throws(MediaError) {
            let media = try MediaFile(recording)
            while let block = try media.next() {
                let second = Int((block.samples[0] * 32_768).rounded())
                words.append(Word("w\(second)", SampleRange(block.start + SampleCount(1_600), count: SampleCount(12_800)), confidence: 0.875))
                length = block.start - .zero + SampleCount(block.samples.count)
                if words.count % 2 == 0 {
                    progress(.segment(.first, words: Array(words.suffix(2)), rate: .speech))
                    progress(.reached(through: .zero + length, of: nil, rate: .speech))
                }
                if words.count == limit { throw MediaError.cancelled }
            }
        } catch {
            throw EngineError(error)
        }
        return Transcript(
            rate: .speech, length: length, language: .english, model: "seconds",
            channels: [.init(words: words, segments: SegmentRule.segments(of: words))])
    }

    /// Makes a recording.
    static func recording(seconds: Int, from first: Int = 1) -> Data {
        WaveFile.bytes((0..<seconds).flatMap { [Int16](repeating: Int16(first + $0), count: 16_000) })
    }
}

@Suite struct `The recognized part of a recording` {
    private let folder = TemporaryFolder()

    /// Makes the stretches of several channels: words of different lengths, with pauses between them.
    private static func stretches(_ seed: UInt64) -> [RecognizedPart.Stretch] {
        var random = SeededGenerator(seed: seed)
        var all: [RecognizedPart.Stretch] = []
        for channel in 0..<Int.random(in: 1...3, using: &random) {
            var place = Int.random(in: 0...20_000, using: &random)
            for _ in 0..<8 {
                var words: [Word] = []
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let end = place + Int.random(in: 1_000...9_000, using: &random)
                    words.append(Word("\(channel).\(place)", SampleRange(SampleIndex(place), SampleIndex(end)), confidence: 1))
                    place = end
                }
                all.append(.init(channel: ChannelIndex(channel), words: words))
                place += Int.random(in: 0...12_000, using: &random)
            }
        }
        return all
    }

    private static func channels(_ stretches: [RecognizedPart.Stretch], shifted: Int = 0) -> [[Word]] {
        (0..<3).map { number in
            stretches.filter { $0.channel.number == number }.flatMap(\.words).map { word in
                var word = word
                word.range = word.range.shifted(by: SampleCount(-shifted))
                return word
            }
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>) func `is joined without a lost or doubled word, wherever it ends`(seed: UInt64) {
        let all = Self.stretches(seed)
        for through in stride(from: 0, through: 200_000, by: 7_919) {
            // An engine has reported all that begins before a place, and in other channels some that comes later.
            let known = all.filter { $0.start.samples < Int64(through) || ($0.channel.number == 2 && $0.start.samples < Int64(through) + 30_000) }
            var part = RecognizedPart()
            part.add(known, through: SampleIndex(through), of: nil)
            let before = part.beforeSeam
            #expect(before.through <= part.through)
            // The rest is heard from the seam on. No word may lie across it.
            let rest = all.filter { $0.start >= before.through }
            #expect(before.stretches.allSatisfy { $0.end <= before.through })
            let place = Int(before.through.samples)
            let whole = before.joined(
                with: Transcript(
                    rate: .speech, length: SampleCount(1_000_000 - place), language: .english, model: "m",
                    channels: Self.channels(rest, shifted: place).map { .init(words: $0, segments: []) }))
            #expect(whole.channels.map(\.words) == Self.channels(all))
            #expect(whole.length == SampleCount(1_000_000))
        }
    }

    @Test func `gives the rest a moment before its first word, where there is silence`() {
        func part(_ ranges: [(Int, Int)], through: Int) -> RecognizedPart {
            var part = RecognizedPart()
            let stretches = ranges.map { range in
                RecognizedPart.Stretch(
                    channel: .first, words: [Word("w", SampleRange(SampleIndex(range.0), SampleIndex(range.1)), confidence: 1)])
            }
            part.add(stretches, through: SampleIndex(through), of: nil)
            return part.beforeSeam
        }
        #expect(part([(0, 1_000), (20_000, 30_000)], through: 25_000).through == SampleIndex(20_000 - 4_800))
        #expect(part([(0, 19_000), (20_000, 30_000)], through: 25_000).through == SampleIndex(19_000))
        #expect(part([(2_000, 30_000)], through: 25_000).through == .zero)
        #expect(part([(0, 1_000)], through: 25_000).through == SampleIndex(25_000))
    }

    @Test(arguments: 1..<12) func `becomes the whole transcript`(limit: Int) async throws {
        let recording = Recording(path: try folder.write(SecondsEngine.recording(seconds: 12), as: "a.wav"))
        let whole = try await SecondsEngine().recognize(recording, options: RecognitionOptions()) { _ in }
        let file = try PartialFile(of: folder.path(of: "a.txt"), replacing: nil)
        let recorder = PartRecorder(
            into: file, NoteWriter(file.notes), file: "a.wav", heading: "", as: TranscriptForm(format: .text), after: RecognizedPart(),
            failed: { Issue.record($0) })
        await #expect(throws: EngineError.cancelled) {
            _ = try await SecondsEngine(limit: limit).recognize(recording, options: RecognitionOptions()) { recorder.note($0) }
        }
        #expect(recorder.part.transcript.text() == (1..<limit / 2 * 2 + 1).map { "w\($0)" }.joined(separator: " "))
        let joined = try await recorder.part.beforeSeam.completed(by: SecondsEngine(), recording, RecognitionOptions()) { recorder.note($0) }
        #expect(joined == whole)
        #expect(recorder.part.transcript.text() == whole.text())
    }

    @Test func `is the whole transcript where nothing comes after it`() async throws {
        let recording = Recording(path: try folder.write(SecondsEngine.recording(seconds: 2), as: "a.wav"))
        var part = RecognizedPart()
        part.add(
            [.init(channel: .first, words: [Word("w1", SampleRange(.zero, SampleIndex(16_000)), confidence: 1)])], through: SampleIndex(32_000),
            of: nil)
        let whole = try await part.completed(by: SecondsEngine(), recording, RecognitionOptions()) { _ in }
        #expect(whole.text() == "w1" && whole.length == SampleCount(32_000))
    }

    @Test(arguments: [2, 8]) func `has the notices of the whole recording`(seconds: Int) async throws {
        // The file promises twelve seconds, and ends after eight.
        let bytes = SecondsEngine.recording(seconds: 12).prefix(44 + 8 * 32_000)
        let recording = Recording(path: try folder.write(bytes, as: "a.wav"))
        var part = RecognizedPart()
        part.add(
            [.init(channel: .first, words: [Word("w1", SampleRange(.zero, SampleIndex(16_000)), confidence: 1)])],
            through: SampleIndex(seconds * 16_000), of: nil)
        let whole = try await part.completed(by: SecondsEngine(), recording, RecognitionOptions()) { _ in }
        #expect(whole.notices.map(\.name) == ["cut"])
    }

    private func part(_ language: LanguageTag?, seconds: Int) -> RecognizedPart {
        var part = RecognizedPart()
        let word = Word("w", SampleRange(.zero, SampleIndex(seconds * 16_000)), confidence: 1, language: language)
        part.add([.init(channel: .first, words: [word])], through: SampleIndex(seconds * 16_000), of: nil)
        return part
    }

    private func language(_ given: LanguageTag?, after part: RecognizedPart) -> LanguageTag? {
        part.options(RecognitionOptions(language: given)).language
    }

    @Test func `leaves the language of the rest open where each stretch told its own`() {
        let german = LanguageTag("de"), multi = LanguageTag("multi")
        #expect(language(nil, after: part(german, seconds: 1)) == nil && language(multi, after: part(.english, seconds: 1)) == multi)
        #expect(language(LanguageTag("fr"), after: part(german, seconds: 1)) == LanguageTag("fr"))
    }

    @Test func `is English with its rest where nobody found a language out`() {
        let german = LanguageTag("de"), multi = LanguageTag("multi"), none = RecognizedPart()
        #expect(language(nil, after: part(nil, seconds: 1)) == .english && language(german, after: part(nil, seconds: 1)) == german)
        #expect(language(nil, after: none) == nil && language(multi, after: none) == multi)
    }

    @Test(arguments: [(1, "en"), (2, "de"), (3, "de")])
    func `becomes a transcript in the language of most of the speech`(seconds: Int, language: String) {
        let word = Word("w", SampleRange(.zero, SampleIndex(2 * 16_000)), confidence: 1, language: .english)
        var rest = Transcript(
            rate: .speech, length: SampleCount(32_000), language: .english, model: "m", channels: [.init(words: [word], segments: [])])
        rest.languageConfidence = 0.9
        let whole = part(LanguageTag("de"), seconds: seconds).joined(with: rest)
        #expect(whole.language == LanguageTag(language))
        #expect(whole.languageConfidence == (language == "en" ? 0.9 : nil))
    }
}
