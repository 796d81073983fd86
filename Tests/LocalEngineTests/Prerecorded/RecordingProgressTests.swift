import Speech
import Testing

@testable import LocalEngine

@Suite struct `The progress of a recording` {
    private struct Silent: WindowRecognizing {
        func recognize(_ item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> RecognizedWindow? {
            RecognizedWindow(words: [])
        }
    }

    private static func range(_ start: Int, _ end: Int) -> SampleRange { SampleRange(SampleIndex(start), SampleIndex(end)) }

    /// Recognizes windows of one second, and returns what is reported.
    private func reports(_ windows: [[Word]], isAssumed: Bool) -> [RecognitionProgress] {
        var progress = RecordingProgress(channels: 1, length: nil)
        progress.recognizer = SpokenLanguageRecognizer(Silent(), .english, model: "m", isAssumed: isAssumed)
        var reports: [RecognitionProgress] = []
        for (index, words) in windows.enumerated() {
            let range = Self.range(16_000 * index, 16_000 * (index + 1))
            let number = progress.began(RecordingReader.Item(channel: .first, window: SpeechWindow(audio: range, speech: [range]), samples: []))
            progress.read(through: range.end, isEnd: false)
            progress.finished(number, .first, RecognizedWindow(words: words), []) { reports.append($0) }
        }
        return reports
    }

    private func words(_ count: Int, from start: Int) -> [Word] {
        (0..<count).map { Word("w", Self.range(start + 100 * $0, start + 100 * $0 + 50), confidence: 0.99) }
    }

    @Test(arguments: [false, true]) func `never passes words that are not reported`(isAssumed: Bool) {
        let windows = (0..<12).map { words($0 % 4, from: 16_000 * $0) }
        var said: [Word] = []
        var through = SampleIndex.zero
        for report in reports(windows, isAssumed: isAssumed) {
            switch report {
            case .segment(_, let words, _):
                #expect(words.allSatisfy { $0.range.start >= through })
                said += words
            case .reached(let place, _, _):
                through = place
                #expect(said == windows.joined().filter { $0.range.start < through })
            case .askedAgain, .answerLost: break
            }
        }
        #expect(through == SampleIndex(12 * 16_000))
        #expect(said == Array(windows.joined()))
    }

    @Test func `stays where words are held back until the language is certain`() {
        let few = reports([words(3, from: 0), words(3, from: 16_000)], isAssumed: true)
        #expect(few == [])
        let enough = reports([words(3, from: 0), words(5, from: 16_000)], isAssumed: true)
        #expect(enough.count == 3)
    }

    /// Recognizes windows of one second, each with what was found out about its language.
    private func heard(_ found: [FoundLanguage]) -> (progress: RecordingProgress, segments: Int) {
        var progress = RecordingProgress(channels: 1, length: nil), segments = 0
        for (index, found) in found.enumerated() {
            let range = Self.range(16_000 * index, 16_000 * (index + 1))
            let number = progress.began(RecordingReader.Item(channel: .first, window: SpeechWindow(audio: range, speech: [range]), samples: []))
            progress.read(through: range.end, isEnd: false)
            var window = RecognizedWindow(words: found == .unknown ? [] : words(3, from: 16_000 * index))
            window.found = found
            progress.finished(number, .first, window, []) { report in if case .segment = report { segments += 1 } }
        }
        return (progress, segments)
    }

    private let german = FoundLanguage.language(LanguageTag("de"), confidence: 0.8, model: "w")

    @Test func `has the language of the windows, and tells of those without one`() {
        let (progress, segments) = heard([german, .unknown, german, .nothing])
        #expect(progress.language(of: .first) == LanguageTag("de"))
        let transcript = progress.transcript(length: SampleCount(64_000)).transcript
        #expect(transcript.language == LanguageTag("de") && transcript.model == "w")
        #expect(abs((transcript.languageConfidence ?? 0) - 0.8) < 0.001)
        #expect(progress.notices == [.unknownLanguage(count: 1, total: .seconds(1), first: .seconds(1))])
        #expect(segments == 3)
    }

    @Test func `holds words back while English is only assumed, until a language is found`() {
        #expect(heard([.assumed, .assumed]).segments == 0)
        #expect(heard([.assumed, german]).segments == 2)
        #expect(heard([german, .assumed, .assumed]).segments == 3)
        #expect(heard([.assumed, .assumed]).progress.transcript(length: .zero).transcript.language == .english)
    }

    @Test func `keeps the measures and the tokens of each window with its words`() {
        var progress = RecordingProgress(channels: 1, length: nil)
        progress.recognizer = SpokenLanguageRecognizer(Silent(), .english, model: "m")
        for (index, count) in [2, 0, 1].enumerated() {
            let range = Self.range(16_000 * index, 16_000 * (index + 1))
            let number = progress.began(RecordingReader.Item(channel: .first, window: SpeechWindow(audio: range, speech: [range]), samples: []))
            let window = RecognizedWindow(
                words: words(count, from: 16_000 * index), RecognizerMeasures(noSpeech: 0.1, seek: 100 * index), tokens: (0..<count).map { [$0, $0] })
            progress.finished(number, .first, window, []) { _ in }
        }
        let channel = progress.transcript(length: SampleCount(48_000)).transcript.channels[0]
        #expect(channel.stretches.map(\.words) == [0..<2, 2..<3])
        #expect(channel.stretches.map(\.measures.seek) == [0, 200] && channel.stretches.allSatisfy { $0.measures.noSpeech == 0.1 })
        #expect(channel.stretches[0].tokens == [[0, 0], [1, 1]])
    }
}

@Suite struct `The share of speech in a window` {
    private func shares(_ probabilities: [Float]) -> SpeechShares {
        var shares = SpeechShares()
        for probability in probabilities { shares.add(probability) }
        return shares
    }

    /// Ranges in windows of voice activity, and the expected mean.
    @Test(arguments: [([0..<2], 0.5), ([0..<1], 1), ([1..<2], 0), ([0..<1, 2..<4], 2.0 / 3), ([0..<9], 0.5)] as [([Range<Int>], Float)])
    func `is the mean of the probabilities`(windows: [Range<Int>], expected: Float) throws {
        let ranges = windows.map { SampleRange(SampleIndex($0.lowerBound * 512), SampleIndex($0.upperBound * 512)) }
        #expect(abs(try #require(shares([1, 0, 1, 0]).mean(over: ranges)) - expected) < 1e-6)
    }

    @Test func `is not known where nothing was heard`() {
        #expect(shares([]).mean(over: [SampleRange(.zero, SampleIndex(512))]) == nil)
        #expect(shares([1]).mean(over: [SampleRange(SampleIndex(5_120), SampleIndex(6_000))]) == nil)
    }

    @Test func `is the same after the past was forgotten`() {
        var shares = shares((0..<4_000).map { Float($0 % 7) / 7 })
        let range = [SampleRange(SampleIndex(3_000 * 512), SampleIndex(3_010 * 512))], before = shares.mean(over: range)
        shares.discard(before: SampleIndex(2_000 * 512 + 100))
        #expect(before != nil && shares.mean(over: range) == before)
        #expect(shares.mean(over: [SampleRange(SampleIndex(3_999 * 512), SampleIndex(4_000 * 512))]) == Float(3_999 % 7) / 7)
    }
}
