import Protocols
import Speech
import Testing

@Suite struct `Sentences of a transcript` {
    @Test(arguments: [
        ("Hello there. How are you? Fine!", ["Hello there.", "How are you?", "Fine!"]),
        ("Mr. Smith went to Dr. Jones.", ["Mr. Smith went to Dr. Jones."]),
        ("J. R. Smith is here.", ["J. R. Smith is here."]), ("At 5 p.m. we left.", ["At 5 p.m. we left."]),
        ("He lives in the U.S. She does too.", ["He lives in the U.S.", "She does too."]), ("“Stop.” He ran.", ["“Stop.”", "He ran."]),
        ("It costs 3.5 dollars.", ["It costs 3.5 dollars."]), ("So do I. You do.", ["So do I.", "You do."]), ("no marks at all", ["no marks at all"]),
        ("", []),
    ])
    func `end at their marks`(text: String, sentences: [String]) {
        let spoken = words(text)
        #expect(Sentences.split(spoken, rate: .speech).map { spoken[$0].map(\.text).joined(separator: " ") } == sentences)
    }

    @Test func `end at long pauses and with the speaker`() {
        let spoken = words("one two", from: 0, speaker: 0) + words("three", from: 3, speaker: 0) + words("four", from: 3.5, speaker: 1)
        #expect(Sentences.split(spoken, rate: .speech) == [0..<2, 2..<3, 3..<4])
    }
}

@Suite struct `Paragraphs of a transcript` {
    @Test func `hold a few sentences of one speaker without a long pause`() {
        let spoken = words("A bee. See dee.", from: 0) + words("Here we are.", from: 4) + words("One. Two. Three. Four. Five. Six.", from: 5.5)
        let paragraphs = Paragraphs.split(spoken, rate: .speech)
        #expect(paragraphs.flatMap { $0 }.flatMap { Array($0) } == Array(spoken.indices))
        #expect(paragraphs.map(\.count).allSatisfy { $0 <= Paragraphs.maxSentences })
        #expect(paragraphs.first == [0..<2, 2..<4])
    }
}
