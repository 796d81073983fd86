import HarkenTesting
import Speech
import Testing

@Suite struct `Lines break` {
    @Test(
        arguments: [
            ("今日は東京。", ["今", "日", "は", "東", "京。"]), ("「はい」と言った", ["「は", "い」", "と", "言っ", "た"]), ("しょっちゅう", ["しょっ", "ちゅ", "う"]),
            ("コーヒー、2杯", ["コー", "ヒー、", "2", "杯"]), ("ＡＢＣは１２３", ["ＡＢＣ", "は", "１２３"]), ("API使う", ["API", "使", "う"]),
            ("（東京）", ["（東", "京）"]), ("10時30分", ["10", "時", "30", "分"]), ("好……吧", ["好……", "吧"]), ("plain", ["plain"]), ("오늘은", ["오늘은"]),
            ("مرحبا،", ["مرحبا،"]), ("นี้ไทย", ["นี้", "ไท", "ย"]), ("แม่น้ำ", ["แม่", "น้ำ"]), ("ไปมาๆ", ["ไป", "มาๆ"]), ("ន្ទ", ["ន្ទ"]), ("", []),
        ] as [(String, [String])])
    func `by the rules of the script`(text: String, parts: [String]) {
        #expect(LineBreaks.parts(of: text).map(String.init) == parts)
    }

    @Test func `never within a stacked syllable of Burmese`() {
        // U+1039 stacks the consonant behind it; a consonant with U+103A ends the syllable.
        #expect(LineBreaks.parts(of: "မန္တလေး").map(String.init) == ["မန္တ", "လေး"])
        #expect(LineBreaks.parts(of: "မြန်မာ").map(String.init) == ["မြန်", "မာ"])
    }

    @Test(arguments: ScriptSample.all)
    func `and all parts together are the text`(_ sample: ScriptSample) {
        let parts = LineBreaks.parts(of: sample.text).map(String.init)
        #expect(parts.joined() == sample.text)
        #expect(parts.allSatisfy { !"。、，」）！？っょゃゅー។။".contains($0.first ?? "。") })
        #expect(parts.allSatisfy { !"「（เแโใไ".contains($0.last ?? "「") || $0 == sample.text })
    }
}

@Suite struct `The columns of a text` {
    @Test(arguments: [
        ("abc", 3), ("", 0), ("日本語", 6), ("日本 go", 7), ("カナ", 4), ("ｶﾅ", 2), ("ＡＢ", 4), ("。、「」", 8), ("한국", 4), ("e\u{301}é", 2), ("नमस्ते", 4),
        ("กี่", 1), ("วันนี้", 3), ("שָׁלוֹם", 4), ("😀", 2), ("👨‍👩‍👧", 2), ("❤️", 2), ("a\u{200B}b", 2), ("が\u{3099}", 2), ("မြန်မာ", 5),
    ])
    func `count wide letters twice and marks on letters not`(text: String, columns: Int) {
        #expect(TextColumns.count(of: text) == columns)
    }
}
