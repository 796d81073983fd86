import HarkenTesting
import Speech
import Testing

@Suite struct `The blanks between words` {
    @Test(arguments: ScriptSample.all)
    func `are those of the script`(_ sample: ScriptSample) {
        #expect(WordSpacing.text(of: sample.words) == sample.text)
        #expect(sample.spoken().text == sample.text)
        #expect(Hypothesis(range: SampleRange(.zero, SampleIndex(1)), words: sample.spoken()).text == sample.text)
    }

    @Test(arguments: [
        (["Hello", ",", "you", "!"], "Hello, you!"), (["Use", ".NET", "and", ".5"], "Use .NET and .5"), (["“Yes”", "(no)"], "“Yes” (no)"),
        (["今日は", "。", "「", "はい", "」"], "今日は。「はい」"), (["你好,", "世界."], "你好,世界."), (["5", "月", "3", "日"], "5月3日"),
        (["ﾊﾝｶｸ", "ｶﾅ｡"], "ﾊﾝｶｸｶﾅ｡"), (["が\u{3099}", "い"], "が\u{3099}い"), (["[REDACTED_1]", "です"], "[REDACTED_1]です"),
        (["ໃຊ້", "API", "ດີ"], "ໃຊ້ API ດີ"), (["서울", "東京", "에서"], "서울 東京 에서"), (["བོད་", "ཡིག"], "བོད་ཡིག"), (["", "a", "", "b"], "a b"),
        (["да", "нет"], "да нет"), (["ok", "😀", "はい"], "ok 😀はい"), (["a ", "b"], "a b"), (["मैं", "API", "हूँ"], "मैं API हूँ"),
    ])
    func `are right between scripts and marks`(words: [String], text: String) {
        #expect(WordSpacing.text(of: words) == text)
    }

    @Test(arguments: [
        "วันนี้ อากาศดี มาก", "明日は 東京", "我的iPhone丢了", "今日は Harken のAPI", "안녕 하세요", "Plain words.", "東京 API 大阪", "ไป Bangkok กัน",
    ])
    func `are kept where the engine's own text has others`(text: String) {
        let words = WrittenWord.timed(text, in: SampleRange(.zero, SampleIndex(16_000)))
        #expect(words.text == text)
        var own = words
        for index in own.indices { own[index].blankBefore = nil }
        own.keepBlanks(of: text)
        #expect(own == words && own.text == text)
    }

    @Test func `follow the rule where the engine's text has other words`() {
        var words = ["今日", "は", "東京"].map { Word($0, SampleRange(.zero, .zero), confidence: 1) }
        words.keepBlanks(of: "昨日 は 東京")
        #expect(words.text == "今日は東京")
        words.keepBlanks(of: "今日 は 大阪")
        #expect(words.text == "今日 は東京")
    }

    @Test(arguments: ScriptSample.all)
    func `come back when a text becomes words and a text again`(_ sample: ScriptSample) {
        let words = WrittenWord.all(in: sample.text)
        #expect(words.reduce(into: "") { WordSpacing.append($1.text, blank: $1.blankBefore, to: &$0) } == sample.text)
        #expect(words.allSatisfy { !$0.text.isEmpty && !$0.text.contains(" ") })
        let times = WrittenWord.timed(sample.text, in: SampleRange(.zero, SampleIndex(160_000))).map(\.range)
        #expect(times.count == words.count && times.count >= sample.text.split(separator: " ").count)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0.end == $1.start && $0.start < $0.end })
        // No text without blanks is one word.
        if sample.language.wordDelimiter.isEmpty { #expect(words.count > 3) }
    }

    @Test(arguments: [
        ("ja", "", false), ("zh-TW", "", false), ("yue", "", false), ("th", "", false), ("lo", "", false), ("km", "", false), ("my", "", false),
        ("ko", " ", false), ("en", " ", false), ("ar", " ", true), ("he", " ", true), ("fa-IR", " ", true), ("hi", " ", false), ("multi", " ", false),
    ])
    func `and the direction are known of a language`(tag: String, delimiter: String, isFromRight: Bool) {
        #expect(LanguageTag(tag).wordDelimiter == delimiter && LanguageTag(tag).isFromRight == isFromRight)
    }

    @Test(arguments: [("שלום", true), ("مرحبا 5", true), ("5 مرحبا", true), ("API שלום", false), ("東京", false), ("", false)])
    func `go with the direction of the first letter`(text: String, isFromRight: Bool) { #expect(text.isFromRight == isFromRight) }
}
