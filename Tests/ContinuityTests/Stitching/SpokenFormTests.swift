import Speech
import Testing

@testable import Continuity

@Suite struct `The spoken form of a word` {
    @Test(arguments: [
        ("b12", ["b12"]), ("ts1234567", ["ts1234567"]), ("mp3.", ["mp3"]), ("v1.5", ["v1.5"]), ("u.s", ["us"]), ("a,b", ["a,b"]), ("x%", ["x%"]),
        ("25", ["twenty", "five"]), ("$5", ["five", "dollars"]), ("3rd", ["third"]), ("50%", ["fifty", "per", "cent"]),
        ("1,000", ["one", "thousand"]),
        ("2.5", ["two", "point", "five"]), ("3d", ["three", "d"]), ("b-25", ["b", "twenty", "five"]), ("ü2", ["ü2"]), ("maybe", ["may", "be"]),
    ])
    func `writes numbers as words and keeps names with digits`(text: String, spoken: [String]) {
        #expect(SpokenForm.tokens(of: Word(text, SampleRange(.zero, SampleIndex(1)), confidence: 1)) == spoken)
    }
}
