import HarkenTesting
import Testing
import TextNormalization

@Suite struct `English in written form` {
    private func written(_ spoken: String, _ kinds: Set<WrittenForm.Kind> = Set(WrittenForm.Kind.allCases)) -> String {
        let words = spoken.split(separator: " ").map(String.init)
        var written: [String] = []
        var index = 0
        for replacement in InverseTextNormalizer(EnglishRules(), kinds: kinds).replacements(in: words) {
            written += words[index..<replacement.words.lowerBound] + [replacement.text + replacement.marks]
            index = replacement.words.upperBound
        }
        return (written + words[index...]).joined(separator: " ")
    }

    @Test(arguments: [
        ("we sold three hundred and forty two", "we sold 342"),
        ("sixty one thousand and seven", "61007"),
        ("four million twenty thousand six hundred eleven", "4020611"),
        ("eleven quintillion five", "11000000000000000005"),
        ("seventeen hundred", "1700"),
        ("thirty three hundred and twelve", "3312"),
        ("nine lakh forty thousand", "940000"),
        ("minus forty", "-40"),
        ("a cast of ninety-three", "a cast of 93"),
        ("three hundred and four hundred", "300 and 400"),
        ("twelve million", "12 million"),
        ("three point one four one five", "3.1415"),
        ("point oh five", ".05"),
        ("zero point seven five", "0.75"),
        ("two point six billion", "2.6 billion"),
        ("ninety seven percent", "97%"),
        ("twelve point five per cent", "12.5%"),
        ("the thirty first", "the 31st"),
        ("his hundred and twelfth", "his hundred and 12th"),
        ("the two hundred twelfth", "the 212th"),
        ("nineteen oh four", "1904"),
        ("eighteen twelve", "1812"),
        ("nineteen seventies", "1970s"),
        ("Twenty two, or thirty.", "22, or 30."),
    ])
    func `numbers are digits`(spoken: String, expected: String) { #expect(written(spoken, [.numbers]) == expected) }

    @Test(arguments: [
        "there are five or six of them", "the first and the second", "give me a second", "a hundred reasons", "oh no", "one, two, three, go",
        "a point of order", "the may queen", "half of it", "double trouble", "on the one hand", "", "...", "the third man",
    ])
    func `what is no number, or a small one, stays as it is`(spoken: String) { #expect(written(spoken) == spoken) }

    @Test(arguments: [
        ("it costs twelve dollars.", "it costs $12."),
        ("a hundred dollars", "$100"),
        ("six dollars and five cents", "$6.05"),
        ("thirty four dollars ninety", "$34.90"),
        ("one twenty dollars", "$120"),
        ("forty cents", "$0.40"),
        ("three million euros", "€3 million"),
        ("nine hundred yen", "¥900"),
        ("ten dollars twenty percent", "$10 20%"),
        ("5 dollars", "$5"),
    ])
    func `money has its sign`(spoken: String, expected: String) { #expect(written(spoken) == expected) }

    @Test(arguments: [
        ("march third nineteen eighty five", "March 3 1985"),
        ("on may the fourth", "on May 4"),
        ("September ninth, two thousand and one,", "September 9, 2001,"),
        ("the sixth of june nineteen forty four", "6 June 1944"),
        ("August nineteen fourteen", "August 1914"),
        ("the third quarter of twenty twenty four", "the Q3 2024"),
        ("we may six times", "we may six times"),
        ("they march forty miles", "they march forty miles"),
    ])
    func `dates have days and years in digits`(spoken: String, expected: String) { #expect(written(spoken, [.dates]) == expected) }

    @Test(arguments: [
        ("at six thirty", "at 06:30"), ("nine oh five a m", "09:05 a.m."), ("twelve forty five p.m.", "12:45 p.m."), ("five o'clock", "05:00"),
        ("ten g m t", "ten g m t"), ("ten pm e s t", "10:00 p.m. EST"), ("half past seven", "07:30"), ("a quarter to one", "12:45"),
        ("twenty minutes to four", "03:40"), ("from two to three", "from two to three"), ("ten to three", "ten to three"),
    ])
    func `times have hours and minutes`(spoken: String, expected: String) { #expect(written(spoken, [.times]) == expected) }

    @Test(arguments: [
        ("call five five five oh one nine nine", "call 555-0199"), ("two oh two five five five oh one double nine", "202-555-0199"),
        ("plus four nine two oh two five five five oh one nine nine", "+49 202-555-0199"), ("gate nine eight two", "gate 982"),
        ("one nine two dot one six eight dot zero dot one", "192.168.0.1"),
        ("my social security number is oh seven eight oh five one one two oh", "my social security number is 078-05-1120"),
        ("four two four two four two four two four two four two four two four two", "4242 4242 4242 4242"), ("one two", "one two"),
    ])
    func `digits that are spoken one by one are joined`(spoken: String, expected: String) { #expect(written(spoken, [.digits]) == expected) }

    @Test(arguments: [
        ("ninety kilometers per hour", "90 km/h"), ("three square miles", "3 sq mi"), ("two point five megawatts", "2.5 MW"),
        ("forty kilo watt hours", "40 kWh"), ("six cubic meters", "6 m³"), ("seventy miles per hour", "70 mph"),
    ])
    func `units are symbols where that is asked for`(spoken: String, expected: String) {
        #expect(written(spoken, [.measurements]) == expected)
        #expect(!written(spoken, .readable).contains(expected))
    }

    @Test func `any words in any order end, and keep each word that is in no form`() {
        let vocabulary = [
            "one", "twenty", "hundred", "and", "point", "oh", "million", "dollars", "cents", "march", "first", "of", "the", "quarter", "past", "to",
            "p", "m",
            "plus", "double", "dot", "percent", "per", "square", "minus", "fifteen", "o'clock", "word,", "twenty-five", "3", "zero",
        ]
        var generator = SeededGenerator(seed: 4_711)
        for _ in 0..<4_000 {
            let words = (0..<Int.random(in: 0...14, using: &generator)).map { _ in vocabulary[Int.random(in: 0..<vocabulary.count, using: &generator)]
            }
            var end = 0
            for replacement in InverseTextNormalizer(EnglishRules(), kinds: Set(WrittenForm.Kind.allCases)).replacements(in: words) {
                #expect(
                    replacement.words.lowerBound >= end && !replacement.words.isEmpty && replacement.words.upperBound <= words.count
                        && !replacement.text.isEmpty)
                end = replacement.words.upperBound
            }
        }
    }
}
