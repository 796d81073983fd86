import Speech
import Testing

@testable import LocalEngine

@Suite struct `The progress of a recording` {
    private struct Silent: WindowRecognizing {
        func recognize(_ item: RecordingReader.Item, mayContinue: () -> Bool) throws(InferenceError) -> RecognizedWindow? { RecognizedWindow(words: []) }
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
}
