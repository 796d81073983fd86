import Speech
import Testing

@testable import LocalEngine

@Suite struct `The words of an interim that are shown` {
    /// Returns what is shown of a text.
    ///
    /// - Parameters:
    ///   - seconds: length of the audio, all of which is speech.
    ///   - doubted: place of a word that the recogniser is not sure of; nil: there is none.
    private func shown(_ text: String, seconds: Double, doubted: Int? = nil, isSuspect: Bool = false) -> String {
        let audio = SampleRange(.zero, count: SampleCount(.seconds(seconds), at: .speech))
        let request = SegmentRequest(id: 1, purpose: .interim, audio: audio, speech: audio, prefix: [], context: nil)
        let words = text.split(separator: " ").enumerated().map { index, word in
            SegmentResult.Word(text: String(word), confidence: index == doubted ? 0.4 : 0.9, tokens: [], range: audio)
        }
        let result = SegmentResult(words: words, isSuspect: isSuspect)
        return result.trusted(of: request, doubtful: InterimTiming().doubtful).map(\.text).joined(separator: " ")
    }

    private func numbered(_ count: Int) -> String { (0..<count).map { "thanks\($0)" }.joined(separator: " ") }

    @Test func `are all where there is enough audio and the text looks right`() {
        #expect(shown("in making a dough", seconds: 2, doubted: 0) == "in making a dough")
        #expect(shown("no no no", seconds: 2) == "no no no")
    }

    @Test(arguments: [(0.256, 3), (1.0, 7), (3.0, 17)])
    func `are none where there are more than can be spoken`(seconds: Double, most: Int) {
        #expect(shown(numbered(most), seconds: seconds) == numbered(most))
        #expect(shown(numbered(most + 1), seconds: seconds) == "")
    }

    @Test func `are those before the first doubtful one where there are more than can be spoken`() {
        #expect(shown(numbered(18), seconds: 3, doubted: 4) == numbered(4))
    }

    @Test func `are those before the first doubtful one where there is little audio`() {
        #expect(shown("in making a dough", seconds: 1, doubted: 3) == "in making a")
        #expect(shown("in making a dough", seconds: 1) == "in making a dough")
        #expect(shown("hm", seconds: 0.256, doubted: 0) == "")
    }

    @Test(arguments: [
        ("you who were always accusing people, you who were always accusing people.", "you who were always accusing people,"),
        ("when heard the furthest, heard the furthest,", "when heard the furthest,"),
        ("in always Always", "in"),
    ])
    func `are those before a repeat where there is little audio or the text looks wrong`(text: String, first: String) {
        #expect(shown(text, seconds: 1.28) == first)
        #expect(shown(text, seconds: 5, isSuspect: true) == first)
        #expect(shown(text, seconds: 5) == text)
    }

    @Test(arguments: [("the cat sat", "the cat"), ("the", ""), ("", "")])
    func `are all but the last one where a wrong text has no visible mistake`(text: String, first: String) {
        #expect(shown(text, seconds: 5, isSuspect: true) == first)
    }
}
