import Evaluation
import Speech
import Testing

struct NormalizerTests {
    @Test(
        "writes two ways of saying the same in one way",
        arguments: [
            ("It's twenty-five past nine.", "it is 25 past 9"),
            ("Nineteen eighty-four", "1984"),
            ("one two three", "1 2 3"),
            ("three hundred and twelve thousand five hundred", "312,500"),
            ("a hundred and one", "101"),
            ("two thousand and five", "2005"),
            ("the twenty-first of May", "the 21st of may"),
            ("the twenty second floor", "the 22nd floor"),
            ("three point one four", "3.14"),
            ("$5 and 10%", "five dollars and ten percent"),
            ("Mr. Smith's cannot, can't", "mister smith is can not can not"),
            ("We won't — um, uh — we'll", "we will not we will"),
            ("the colour of honour", "the color of honor"),
            ("[laughs] yes <unk>", "yes"),
            ("one oh one", "101"),
            ("seventeen o five", "1705"),
            ("the neighbourhood", "the neighborhood"),
            ("I don’t", "I don't"),
        ])
    func english(one: String, other: String) {
        let normalizer = TranscriptNormalizer(language: LanguageTag("en-GB"))
        #expect(normalizer.units(of: one) == normalizer.units(of: other))
    }

    @Test(
        "keeps apart what differs",
        arguments: [
            ("fifteen", "fifty"), ("twenty five", "20 6"), ("one second", "21nd"), ("oh no", "0 no"), ("none o them", "none 0 them"),
            ("six hundred", "600 hundred"),
            ("naïve", "naive"), ("well", "we'll"),
        ])
    func different(one: String, other: String) {
        let normalizer = TranscriptNormalizer(language: LanguageTag("en"))
        #expect(normalizer.units(of: one) != normalizer.units(of: other))
    }

    @Test("compares characters where words have no spaces between them")
    func characters() {
        let normalizer = TranscriptNormalizer(language: LanguageTag("zh-CN"))
        #expect(normalizer.units(of: "你好，世界。") == ["你", "好", "世", "界"])
        #expect(normalizer.unit == .character)
    }

    @Test("leaves other languages their letters, digits and marks")
    func others() {
        #expect(TranscriptNormalizer(language: LanguageTag("de")).units(of: "Größe: 5 Äpfel!") == ["größe", "5", "äpfel"])
        #expect(TranscriptNormalizer(language: nil).units(of: "नमस्ते दुनिया") == ["नमस्ते", "दुनिया"])
    }
}
