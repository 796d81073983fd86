import HarkenTesting
import Protocols
import Speech
import Testing

/// The rules of captions in every script: columns, lines, seconds, and where a line may break.
@Suite struct `Captions in every script` {
    enum Grain: String, CaseIterable, Sendable, CustomTestStringConvertible {
        /// The engine's words, whole sentences as one word each, and words of single characters.
        case words, sentences, characters

        var testDescription: String { rawValue }
    }

    /// Returns a sample said twelve times without a pause.
    private func spoken(_ sample: ScriptSample, _ grain: Grain) -> [Word] {
        var words: [Word] = []
        for _ in 0..<12 {
            let start = words.last?.range.end ?? .zero
            let said = sample.spoken().map { word in
                var word = word
                word.range = SampleRange(start + (word.range.start - .zero), start + (word.range.end - .zero))
                return word
            }
            let range = SampleRange(start, said.last?.range.end ?? start)
            switch grain {
            case .words: words += said
            case .sentences: words.append(Word(sample.text, range, confidence: 1))
            case .characters: words += WrittenWord.timed(sample.text, in: range)
            }
        }
        return words
    }

    private func cues(_ words: [Word]) -> [Cue] {
        Captions.cues(of: [words], rate: .speech, length: (words.last?.range.end ?? .zero) - .zero)
    }

    @Test(arguments: Grain.allCases, ScriptSample.all)
    func `keep the rules`(_ grain: Grain, _ sample: ScriptSample) {
        let words = spoken(sample, grain), cues = cues(words)
        #expect(!cues.isEmpty)
        for (index, cue) in cues.enumerated() {
            #expect((1...2).contains(cue.lines.count))
            for line in cue.lines {
                #expect((1...42).contains(TextColumns.count(of: line)), "\(line)")
                #expect(!Self.neverFirst.contains(line.first ?? "。") && !Self.neverLast.contains(line.last ?? "「"), "\(line)")
                #expect(line.first?.isWhitespace == false && line.last?.isWhitespace == false)
            }
            #expect(cue.end > cue.start && cue.end - cue.start <= 7_000)
            if index > 0 { #expect(cue.start >= cues[index - 1].end) }
        }
        // Nothing is lost or added, but blanks at the ends of lines.
        let shown = cues.flatMap(\.lines).joined().filter { !$0.isWhitespace }
        #expect(shown == words.map(\.text).joined().filter { !$0.isWhitespace })
    }

    @Test(arguments: Grain.allCases, ScriptSample.all)
    func `break where the script lets them`(_ grain: Grain, _ sample: ScriptSample) {
        let lines = cues(spoken(sample, grain)).flatMap(\.lines)
        let sentence = Array(sample.text.filter { !$0.isWhitespace }), count = sentence.count
        // Places within the sentence at which it has a blank, or a line may break.
        let parts: [Substring] = sample.text.split(separator: " ")
        var blanks: Set<Int> = [0], length = 0
        for part in parts {
            length += part.count
            blanks.insert(length)
        }
        var place = 0
        for line in lines.dropLast() {
            place += line.filter { !$0.isWhitespace }.count
            let at = place % count
            let isAllowed = blanks.contains(at) || at == 0 || LineBreaks.isAllowed(sentence[at - 1], sentence[at])
            #expect(isAllowed, "\(line)")
        }
    }

    @Test func `count two columns for a wide letter`() {
        // 42 letters of one column fit into a line, and 21 of two.
        for (letters, lines) in [(21, 1), (22, 2), (42, 2)] {
            let word = Word(String(repeating: "あ", count: letters), SampleRange(.zero, SampleIndex(48_000)), confidence: 1)
            #expect(cues([word]).map(\.lines.count) == [lines])
        }
        #expect(cues([Word(String(repeating: "あ", count: 43), SampleRange(.zero, SampleIndex(48_000)), confidence: 1)]).count == 2)
    }

    @Test func `end a line at a mark, then between words, where there are no blanks`() {
        let texts = ["今日", "は", "東京", "で", "会議", "が", "ありました。", "明日", "は", "大阪", "に", "行く", "予定", "です"]
        let words = texts.enumerated().map { index, text in
            Word(text, SampleRange(SampleIndex(index * 3_200), SampleIndex((index + 1) * 3_200)), confidence: 1)
        }
        #expect(cues(words).flatMap(\.lines) == ["今日は東京で会議がありました。", "明日は大阪に行く予定です"])
        let whole = Word("昨日からずっと雨が降っていて、外に出られません", SampleRange(.zero, SampleIndex(64_000)), confidence: 1)
        #expect(cues([whole]).flatMap(\.lines) == ["昨日からずっと雨が降っていて、", "外に出られません"])
    }

    @Test func `divide a sentence of a minute that came as one word`() {
        let long = String(repeating: "今日は東京で会議があります。", count: 20)
        let cues = cues([Word(long, SampleRange(.zero, SampleIndex(960_000)), confidence: 1)])
        #expect(cues.count >= 9 && cues.allSatisfy { $0.end - $0.start <= 7_000 })
        #expect(cues.flatMap(\.lines).joined() == long)
        #expect(cues.last.map { $0.end <= 60_000 } == true)
    }

    @Test func `do not leave a word of ten seconds on the screen`() {
        #expect(cues([Word("Yes.", SampleRange(.zero, SampleIndex(160_000)), confidence: 1)]) == [Cue(start: 0, end: 7_000, lines: ["Yes."])])
    }

    @Test func `keep a name with the first words`() {
        var first = words("Hello", from: 0)
        first[0].text = "Anna: Hello"
        #expect(cues(first + words("there.", from: 1)).map(\.lines) == [["Anna: Hello there."]])
    }

    private static let neverFirst = Set("。、，」）！？っょゃゅーๆ။។，.,!?")
    private static let neverLast = Set("「（เแโใไ")
}
