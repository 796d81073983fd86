import HarkenTesting
import Speech
import Testing

@testable import Conversations

@Suite struct `Edited words` {
    private func word(_ text: String, _ start: Int, _ end: Int) -> SegmentWord {
        SegmentWord(text, start: .milliseconds(start), end: .milliseconds(end), confidence: 0.5)
    }

    private func segment(_ text: String, _ words: [SegmentWord], until end: Int? = nil) -> Segment {
        Segment(
            id: ID("s"), text: text, start: words.first?.start ?? .zero, end: end.map { .milliseconds($0) } ?? words.last?.end ?? .zero, words: words)
    }

    /// Five words with a pause of 1.5 s before the fourth one.
    private var spoken: Segment {
        segment(
            "one two three four five",
            [
                word("one", 10_000, 10_300), word("two", 10_300, 10_600), word("three", 10_600, 11_000), word("four", 12_500, 12_800),
                word("five", 12_800, 13_200),
            ])
    }

    /// The words with their times in milliseconds: `one 10000 10300`.
    private func shown(_ words: [SegmentWord]) -> [String] {
        words.map { "\($0.text) \($0.start.wholeNanoseconds / 1_000_000) \($0.end.wholeNanoseconds / 1_000_000)" }
    }

    private func edited(_ segment: Segment, _ texts: String...) -> [String] { shown(texts.reduce(segment) { $0.edited(to: $1) }.words) }

    private enum Change: CaseIterable { case keep, remove, replace, precede, mark, capital }

    /// A text with one change of each word, and where the former words stand in it.
    private func text(_ number: Int) -> (texts: [String], standing: [(new: Int, former: Int)]) {
        var rest = number
        var texts: [String] = [], standing: [(new: Int, former: Int)] = []
        for (index, word) in spoken.words.enumerated() {
            switch Change.allCases[rest % Change.allCases.count] {
            case .keep: texts.append(word.text)
            case .remove: break
            case .replace: texts.append("other\(index)")
            case .precede: texts += ["added\(index)", word.text]
            case .mark: texts.append(word.text + ",")
            case .capital: texts.append(word.text.uppercased())
            }
            switch Change.allCases[rest % Change.allCases.count] {
            case .remove, .replace: break
            case .keep, .precede, .mark, .capital: standing.append((texts.count - 1, index))
            }
            rest /= Change.allCases.count
        }
        return (texts, standing)
    }

    private func isRight(_ edited: Segment, _ texts: [String], _ standing: [(new: Int, former: Int)]) -> Bool {
        let words = edited.words, former = spoken.words
        guard words.map(\.text) == texts, edited.text == texts.joined(separator: " ") else { return false }
        let stand = standing.allSatisfy { place in
            let (new, old) = (words[place.new], former[place.former])
            return (new.start, new.end) == (old.start, old.end) && new.confidence == old.confidence
        }
        let areInOrder = zip(words, words.dropFirst()).allSatisfy { $0.end <= $1.start }
        let areInside = words.allSatisfy { spoken.start <= $0.start && $0.start <= $0.end && $0.end <= spoken.end }
        let overPause = words.contains { $0.start < former[2].end && $0.end > former[3].start }
        return stand && areInOrder && areInside && !overPause
    }

    @Test func `keep the times of all words that stand, whatever is done to each`() {
        let count = spoken.words.reduce(1) { count, _ in count * Change.allCases.count }
        for number in 0..<count {
            let (texts, standing) = text(number)
            let edited = spoken.edited(to: texts.joined(separator: " "))
            guard !isRight(edited, texts, standing) else { continue }
            Issue.record("\(texts): \(shown(edited.words))")
            return
        }
    }

    @Test func `are those that were there when nothing is changed`() {
        #expect(spoken.edited(to: spoken.text) == spoken)
        #expect(spoken.edited(to: "one two three four 5").isEdited)
    }

    @Test func `have the time of the words that they replace`() {
        #expect(edited(spoken, "one Zanzibar three four five")[1] == "Zanzibar 10300 10600")
        #expect(edited(spoken, "onetwo three four five")[0] == "onetwo 10000 10600")
        #expect(edited(spoken, "one a bc three four five")[1...2] == ["a 10300 10420", "bc 10420 10600"])
        // A pause is nobody's time.
        #expect(edited(spoken, "one two word five")[2] == "word 10600 11000")
        #expect(edited(spoken, "a b c") == ["a 10000 10500", "b 10500 11000", "c 12500 13200"])
    }

    @Test func `lie between their neighbours when they are added`() {
        #expect(edited(spoken, "one and two three four five")[1] == "and 10300 10300")
        #expect(edited(spoken, "zero one two three four five")[0] == "zero 10000 10000")
        #expect(edited(spoken, "one two three then four five")[3] == "then 11000 11500")
        // What follows the end of a sentence belongs to the next one.
        #expect(edited(spoken, "one two three. Then four five")[3] == "Then 12000 12500")
        #expect(edited(spoken, "one two three and a very long word four five")[3...7].last == "word 12142 12500")
        #expect(edited(segment("one", [word("one", 0, 300)], until: 5_000), "one two") == ["one 0 300", "two 300 700"])
    }

    @Test func `come back to their times in a second edit`() {
        let first = spoken.edited(to: "one Zanzibar three five")
        let second = first.edited(to: spoken.text)
        #expect(shown(second.words)[..<3] == shown(spoken.words)[..<3])
        #expect(shown(second.words)[3] == "four 11000 11500", "the pause is what is left of the word")
        #expect(second.words.map(\.confidence) == [0.5, 1, 0.5, 1, 0.5])
        #expect(edited(spoken, "three four five", "one two three four five")[2] == "three 10600 11000")
        #expect(edited(spoken, "", "one two") == [], "nobody knows when words were said of which none is left")
    }

    @Test func `have no times where those before had none`() {
        var segment = spoken
        segment.words = []
        let edited = segment.edited(to: "one two")
        #expect(edited.text == "one two" && edited.words == [])
    }

    @Test(arguments: [
        ("明日は大阪に行きます。", ["明日は大阪に行きます。 0 2000", "はい。 3000 3600"]), ("明日は、東京に行きます。", ["明日は、東京に行きます。 0 2000", "はい。 3000 3600"]),
        ("明日東京に行きます。", ["明日東京に行きます。 0 2000", "はい。 3000 3600"]),
        ("明日は東京に行きます。いいえ、", ["明日は東京に行きます。 0 2000", "いいえ、 2300 3000", "はい。 3000 3600"]),
    ])
    func `end where they ended in a script without spaces`(beginning: String, expected: [String]) {
        let japanese = segment("明日は東京に行きます。はい。", [word("明日は東京に行きます。", 0, 2_000), word("はい。", 3_000, 3_600)])
        #expect(edited(japanese, beginning + "はい。") == expected)
    }

    private enum ScriptChange: CaseIterable { case replace, precede, remove, follow }

    /// Two letters of each script that stand in none of its samples.
    private static let letters = [
        "en": "zz", "ja": "猫猫", "zh": "猫猫", "th": "ฟฟ", "lo": "ຟຟ", "km": "ឆឆ", "my": "ဆဆ", "ko": "꽃꽃", "ar": "ظظ", "he": "צצ", "hi": "झझ",
    ]

    @Test(arguments: ScriptSample.all) func `keep their times in every script, whichever word is changed`(sample: ScriptSample) throws {
        let written = try #require(Self.letters[sample.language.rawValue])
        try #require(!sample.text.contains { written.contains($0) })
        let words = sample.words.enumerated().map { word($1, $0 * 1_000, $0 * 1_000 + 800) }
        let before = segment(sample.text, words)
        for index in words.indices {
            for change in ScriptChange.allCases {
                var texts = sample.words
                switch change {
                case .replace: texts[index] = written
                case .precede: texts.insert(written, at: index)
                case .remove: texts.remove(at: index)
                case .follow: texts.insert(written, at: index + 1)
                }
                let edited = before.edited(to: WordSpacing.text(of: texts)), after = edited.words
                let cell: Comment = "\(change) \(sample.words[index]): \(shown(after))"
                #expect(after.map(\.text) == texts, cell)
                let standing = words.enumerated().filter { change != .replace && change != .remove || $0.offset != index }.map(\.element)
                #expect(shown(after.filter { $0.text != written }) == shown(standing), cell)
                #expect(zip(after, after.dropFirst()).allSatisfy { $0.start <= $0.end && $0.end <= $1.start }, cell)
                // The word comes back with its time, where something kept its time.
                if change != .remove { #expect(shown(edited.edited(to: sample.text).words) == shown(words), cell) }
            }
        }
    }

    @Test func `stand whole beside a word that begins or ends as they do`() {
        let thai = segment("ไปเดินเล่น", [word("ไป", 0, 400), word("เดิน", 400, 800), word("เล่น", 800, 1_200)])
        #expect(edited(thai, "ไปเล่น") == ["ไป 0 400", "เล่น 800 1200"])
        #expect(edited(thai, "ไปเล่น", "ไปเดินเล่น") == ["ไป 0 400", "เดิน 400 800", "เล่น 800 1200"])
        let japanese = segment("会議です。会社です。", [word("会議", 0, 400), word("です。", 400, 800), word("会社", 800, 1_200), word("です。", 1_200, 1_600)])
        #expect(edited(japanese, "会社です。") == ["会社 800 1200", "です。 1200 1600"])
    }

    @Test func `are single characters where an engine tells single characters`() {
        let characters = "今天天气好。".map(String.init).enumerated().map { word($1, $0 * 200, $0 * 200 + 200) }
        let chinese = segment("今天天气好。", characters)
        #expect(edited(chinese, "昨天天气好。") == ["昨 0 200", "天 200 400", "天 400 600", "气 600 800", "好。 800 1000"])
        #expect(edited(chinese, "今天 天气不好。") == ["今 0 200", "天 200 400", "天 400 600", "气 600 800", "不 800 800", "好。 800 1000"])
    }

    @Test func `may have spaces of their own`() {
        let named = segment("in New York now", [word("in", 0, 100), word("New York", 100, 1_000), word("now", 1_000, 1_200)])
        #expect(edited(named, "in New York, now") == ["in 0 100", "New York, 100 1000", "now 1000 1200"])
        #expect(edited(named, "in New Jersey now") == ["in 0 100", "New 100 500", "Jersey 500 1000", "now 1000 1200"])
    }

    @Test func `are the same words with other marks`() {
        let words = [
            word("Don't", 0, 100), word("say", 100, 200), word("„e-mail“", 200, 300), word(",", 300, 300), word("please", 300, 400),
        ]
        let marked = segment("Don't say „e-mail“, please", words)
        #expect(edited(marked, "don’t say email: please!") == ["don’t 0 100", "say 100 200", "email: 200 300", "please! 300 400"])
    }

    @Test func `keep their times in a long passage that is changed at both ends`() {
        let words = (0..<10_000).map { word("w\($0)", $0 * 100, $0 * 100 + 80) }
        var texts = words.map(\.text)
        (texts[1], texts[9_998]) = ("first", "last")
        let edited = segment(words.map(\.text).joined(separator: " "), words).edited(to: texts.joined(separator: " "))
        #expect(edited.words.map(\.text) == texts)
        #expect(edited.words.map(\.start) == words.map(\.start) && edited.words.map(\.end) == words.map(\.end))
    }
}
