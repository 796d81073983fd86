import Speech
import Testing

@testable import TextNormalization

@Suite struct `Numbers as they are spoken` {
    @Test(arguments: [
        ("37", "thirty seven"), ("0", "zero"), ("21.", "twenty one."), ("1,200", "one thousand two hundred"), ("21st,", "twenty first,"),
        ("3.5", "three point five"), ("50%", "fifty percent"), ("$25", "twenty five dollars"), ("$1", "one dollar"),
        ("$2.50", "two dollars and fifty cents"), ("1999", "nineteen ninety nine"), ("2005", "two thousand five"), ("1900", "nineteen hundred"),
        ("10:05", "ten oh five"), ("555-1234", "five five five one two three four"), ("007", "zero zero seven"), ("(37)", "(thirty seven)"),
        ("9999999999999", "nine nine nine nine nine nine nine nine nine nine nine nine nine"),
    ])
    func `replace digits`(written: String, spoken: String) throws {
        let heard = try #require(NumberSpeller.spoken(written))
        #expect(heard.text + heard.marks == spoken)
    }

    @Test(arguments: ["horses", "B12", "37-year-old", "3D", "1.2.3", "10:5x", "", "-", "$"])
    func `leave other words as they are`(written: String) {
        #expect(NumberSpeller.spoken(written) == nil)
    }

    @Test func `keep the time and the order of the words`() throws {
        let speller = try #require(NumberSpeller(.english))
        func word(_ text: String, _ start: Int64, _ end: Int64) -> Word {
            Word(text, SampleRange(SampleIndex(start), SampleIndex(end)), confidence: 0.5, speaker: SpeakerLabel(1))
        }
        let spelled = speller.spelled([word("have", 0, 100), word("37", 100, 240), word("horses.", 240, 300)])
        #expect(spelled.map(\.text) == ["have", "thirty", "seven", "horses."])
        #expect(spelled[1].range.start == SampleIndex(100) && spelled[2].range.end == SampleIndex(240))
        #expect(spelled[1].range.end == spelled[2].range.start && spelled.allSatisfy { $0.speaker == SpeakerLabel(1) })
        let plain = [word("no", 0, 100), word("number", 100, 200)]
        #expect(speller.spelled(plain) == plain)
        #expect(NumberSpeller(LanguageTag("de")) == nil)
    }

    @Test func `leave the currency to the word behind the number`() throws {
        let speller = try #require(NumberSpeller(.english))
        let range = SampleRange(SampleIndex(0), SampleIndex(100))
        let spelled = speller.spelled(["$2.5", "billion,", "37"].map { Word($0, range, confidence: 1) })
        #expect(spelled.map(\.text).joined(separator: " ") == "two point five billion dollars, thirty seven")
    }
}
