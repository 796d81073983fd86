import Speech
import Testing

@testable import harken

@Suite struct `Caption printer` {
    /// Words of half a second each, from second `start` on.
    private func hypothesis(_ text: String, from start: Double) -> Hypothesis {
        var time = SampleIndex(seconds: start, at: .speech)
        let first = time
        let words = text.split(separator: " ").map { word in
            defer { time += SampleCount(8_000) }
            return Word(String(word), SampleRange(time, count: SampleCount(8_000)), confidence: 0.5)
        }
        return Hypothesis(range: SampleRange(first, time), words: words)
    }

    @Test func `on a terminal rewrites the interim in place and ends it with the final`() {
        var printer = CaptionPrinter(.terminal(columns: 80), rate: .speech)
        #expect(printer.text(for: .opened) == "")
        #expect(printer.text(for: .interim(hypothesis("hello", from: 1.2))) == "\r[00:01.2 → …] hello\u{1B}[K")
        #expect(printer.text(for: .interim(hypothesis("hello there", from: 1.2))) == "\r[00:01.2 → …] hello there\u{1B}[K")
        #expect(
            printer.text(for: .final(hypothesis("Hello there.", from: 1.2), reason: .endOfTurn)) == "\r\u{1B}[K[00:01.2 → 00:02.2] Hello there.\n")
        #expect(printer.text(for: .final(hypothesis("", from: 2.2), reason: .endOfAudio)) == "")
        #expect(printer.text(for: .closed(nil)) == "")
    }

    @Test func `an interim that comes to nothing is removed`() {
        var printer = CaptionPrinter(.terminal(columns: 80), rate: .speech)
        _ = printer.text(for: .interim(hypothesis("um", from: 0)))
        #expect(printer.text(for: .final(hypothesis("", from: 0), reason: .pause)) == "\r\u{1B}[K")
        _ = printer.text(for: .interim(hypothesis("um", from: 0)))
        #expect(printer.text(for: .interim(hypothesis("", from: 0))) == "\r\u{1B}[K")
        _ = printer.text(for: .interim(hypothesis("um", from: 0)))
        #expect(printer.text(for: .closed(nil)) == "\r\u{1B}[K")
    }

    @Test(arguments: 0...60)
    func `no interim is as wide as the terminal, and its newest words are shown`(columns: Int) {
        var printer = CaptionPrinter(.terminal(columns: columns), rate: .speech)
        let text = printer.text(for: .interim(hypothesis("one two three four five six seven", from: 0)))
        let shown = text.dropFirst().replacing("\u{1B}[K", with: "")
        #expect(shown.count < max(columns, 1))
        if columns == 20 { #expect(shown == "…our five six seven") }
        if columns == 42 { #expect(shown == "[00:00.0 → …] … three four five six seven") }
    }

    @Test func `elsewhere prints finals only`() {
        var printer = CaptionPrinter(.plain, rate: .speech)
        #expect(printer.text(for: .interim(hypothesis("hello", from: 0))) == "")
        #expect(printer.text(for: .final(hypothesis("Hello.", from: 3_725.26), reason: .pause)) == "[1:02:05.3 → 1:02:05.8] Hello.\n")
        #expect(printer.text(for: .closed(.cancelled)) == "")
    }

    @Test func `lets no text from outside steer the terminal`() {
        var printer = CaptionPrinter(.plain, rate: .speech)
        let text = printer.text(for: .final(hypothesis("a\u{1B}[2J\u{7}b \u{202E}c", from: 0), reason: .pause))
        #expect(text == "[00:00.0 → 00:01.0] a [2J b  c\n")
    }

    @Test func `as JSON says everything in seconds, an object a line`() {
        var printer = CaptionPrinter(.json, rate: .speech)
        #expect(printer.text(for: .interim(hypothesis("", from: 0))) == "")
        #expect(
            printer.text(for: .interim(hypothesis("hi", from: 0.25)))
                == #"{"type":"interim","start":0.25,"end":0.75,"text":"hi","words":[{"text":"hi","start":0.25,"end":0.75,"confidence":0.5}]}"# + "\n")
        #expect(
            printer.text(for: .interim(hypothesis("", from: 0.25)))
                == #"{"type":"interim","start":0.25,"end":0.25,"text":"","words":[]}"# + "\n")
        #expect(
            printer.text(for: .final(hypothesis("", from: 1), reason: .pause))
                == #"{"type":"final","start":1.0,"end":1.0,"text":"","words":[]}"# + "\n")
    }
}
