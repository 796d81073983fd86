import LocalEngine
import Speech
import Testing

@Suite struct `Spoken form` {
    @Test(
        arguments: [
            ("Hello,", "hello"), ("“It’s", "it's"), ("Mr.", "mister"), ("Dr.", "doctor"), ("twenty-five.", "twenty five"), ("25", "twenty five"),
            ("1,234", "one thousand two hundred thirty four"), ("1984.", "nineteen eighty four"), ("1905", "nineteen oh five"),
            ("2005", "two thousand five"), ("$25", "twenty five dollars"), ("50%", "fifty percent"), ("3rd", "third"), ("21st", "twenty first"),
            ("2000000013th", "two billion thirteenth"),
            ("1990s", "nineteen nineties"), ("3.5", "three point five"), ("10:30", "ten thirty"), ("007", "zero zero seven"),
            ("U.S.", "u.s."), ("end.", "end"), ("a.m.", "a.m."), ("R&D", "r and d"), ("café", "cafe"), ("…", ""), ("♪", ""), ("'tis", "tis"),
            ("12345678901234567890", "one two three four five six seven eight nine zero one two three four five six seven eight nine zero"),
        ])
    func `of what is displayed`(displayed: String, spoken: String) {
        #expect(SpokenForm(displayed).tokens.map(\.text).joined(separator: " ") == spoken)
    }

    @Test func `capitals only are letters unless they are a word`() {
        #expect(SpokenForm("FBI").tokens.map(\.isSpelled) == [true])
        #expect(SpokenForm("Fbi").tokens.map(\.isSpelled) == [false])
    }

    @Test(arguments: [("knight", "N AY T"), ("moonshine", "M UW N SH IH N"), ("zzz", "Z"), ("123", "")])
    func `letters become likely sounds`(word: String, phones: String) {
        #expect(LetterToPhone.phones(of: word).joined(separator: " ") == phones)
    }

    @Test func `times in proportion tile the speech`() {
        let ranges = ProportionalTimes.ranges(of: ["a", "longer", "word"], in: 100..<1_000)
        #expect(ranges.first?.lowerBound == 100)
        #expect(ranges.last?.upperBound == 1_000)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(ProportionalTimes.ranges(of: [], in: 0..<10) == [])
    }
}
