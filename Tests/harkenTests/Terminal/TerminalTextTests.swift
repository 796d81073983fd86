import Testing

@testable import harken

@Suite struct `Text on a terminal` {
    @Test(arguments: [
        ("hello", 5, "hello"), ("hello", 4, "hel…"), ("hello", 1, "…"), ("hello", 0, ""), ("日本語", 6, "日本語"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"),
    ])
    func `is cut at its end`(text: String, columns: Int, shown: String) {
        #expect(TerminalText.head(text, columns: columns) == shown)
    }

    @Test(arguments: [("hello", 5, "hello"), ("hello", 4, "…llo"), ("hello", -3, ""), ("日本語", 4, "…語")])
    func `is cut at its beginning`(text: String, columns: Int, shown: String) {
        #expect(TerminalText.tail(text, columns: columns) == shown)
    }

    @Test(arguments: [(0.0, "00:00.0"), (59.96, "01:00.0"), (61.24, "01:01.2"), (3_599.97, "1:00:00.0"), (36_000, "10:00:00.0"), (-1, "00:00.0")])
    func `shows times to the tenth`(seconds: Double, text: String) {
        #expect(TimeText.precise(seconds) == text)
    }

    @Test func `in a table stands below its heading`() {
        #expect(Table.text(["ID", "NAME"], [["1", "日本"], ["two", "a\nb"]]) == "ID   NAME\n1    日本\ntwo  a b\n")
    }

    @Test(arguments: [
        (12.0, 200.0 as Double?, 0.5, "a.wav    6 %  00:12 of 03:20"), (200, 200, 10, "a.wav  100 %  03:20 of 03:20  20× real time"),
        (12, nil, 2, "a.wav  00:12  6× real time"), (100, 200, 10, "a.wav   50 %  01:40 of 03:20  10× real time  00:10 left"),
        (250, 200, 10, "a.wav  100 %  04:10 of 03:20  25× real time"),
    ])
    func `tells progress`(done: Double, length: Double?, elapsed: Double, text: String) {
        #expect(ProgressLine.text(file: "a.wav", done: done, of: length, elapsed: elapsed) == text)
    }
}
