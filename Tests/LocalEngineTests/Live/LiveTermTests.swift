import Speech
import Testing

@testable import LocalEngine

@Suite struct `Key terms in live finals` {
    private func words(_ text: String) -> [PlacedWord] {
        text.split(separator: " ").enumerated().map { index, word in
            PlacedWord(
                word: LiveWord(String(word), confidence: 0.9), range: SampleRange(SampleIndex(index * 1_000), count: SampleCount(1_000)), heard: nil)
        }
    }

    private func term(_ text: String, _ place: Range<Int>) -> LiveTerm {
        LiveTerm(place: place, words: text.split(separator: " ").map { LiveWord(String($0), confidence: 0.8) }, heard: "heard")
    }

    @Test func `take the place and the time of the words that were heard`() {
        var placed = words("a post modern and a hark in")
        placed.put([term("Post Mortem", 1..<3), term("Harken", 5..<7)])
        #expect(placed.map(\.word.text) == ["a", "Post", "Mortem", "and", "a", "Harken"])
        #expect(placed.map(\.heard) == [nil, "heard", "heard", nil, nil, "heard"])
        #expect(placed[5].range == SampleRange(SampleIndex(5_000), SampleIndex(7_000)))
        #expect(placed[1].range.start == SampleIndex(1_000) && placed[2].range.end == SampleIndex(3_000))
    }

    @Test(arguments: [1..<4, 3..<5, 2..<2, 7..<9])
    func `are left out where some of their words are not in the final`(place: Range<Int>) {
        var placed = words("a b c")
        placed.put([term("Term", place)])
        #expect(placed == words("a b c"))
    }

    @Test func `of the same words are put in once`() {
        var placed = words("a b c")
        placed.put([term("X", 0..<2), term("Y", 1..<3)])
        #expect(placed.map(\.word.text) == ["a", "Y"])
    }

    @Test func `are found by the marks of a text`() {
        func word(_ text: String, _ mark: TermMark? = nil) -> DecodedWord {
            var word = DecodedWord(text: text, confidence: 0.9, tokens: 0..<1)
            word.mark = mark
            return word
        }
        let found = LiveReader.terms(in: [
            word("a"), word("Post", TermMark(heard: "post modern", wordCount: 2)), word("Mortem.", TermMark(heard: "post modern", wordCount: 0)),
            word("the"), word("Harken", TermMark(heard: "hark in", wordCount: 2)),
        ])
        #expect(found.map(\.place) == [1..<3, 4..<6])
        #expect(found.map { $0.words.map(\.text) } == [["Post", "Mortem."], ["Harken"]])
        #expect(found.map(\.heard) == ["post modern", "hark in"])
    }

    @Test(arguments: [0, 4, 300])
    func `change as the client says, at the same place in the audio however late the answers come`(delay: Int) throws {
        var speech = ScriptedSpeech("Ask harking now. 2000 Ask harking now. 2000 Ask harking now.")
        speech.terms = [1: ["harking": "Harken"], 2: ["harking": "Hark Inn"]]
        let first = StreamOptions(rate: .speech, keyterms: ["1"]), second = StreamOptions(rate: .speech, keyterms: ["2"])
        let channel = try ScriptedChannel(speech, first, ScriptedAnswers(speech, delay: delay, seed: 3))
        try channel.play(frame: 400, commands: [(60_000, .update(second)), (105_000, .update(StreamOptions(rate: .speech)))])
        #expect(channel.texts == ["Ask Harken now.", "Ask Hark Inn now.", "Ask harking now."])
        #expect(channel.finals.flatMap(\.words).compactMap(\.heard) == ["harking", "harking", "harking"])
    }

    @Test func `change no place of a word`() throws {
        var speech = ScriptedSpeech("One two 900 three four 900 five six.")
        speech.terms = [1: ["two": "Too To", "three": "Tree", "six": "Sicks"]]
        let channel = try ScriptedChannel(speech, StreamOptions(rate: .speech, keyterms: ["1"]), ScriptedAnswers(speech, delay: 3, seed: 1))
        try channel.play(frame: 512)
        #expect(channel.texts == ["One Too To.", "Tree four.", "Five Sicks."])
    }
}
