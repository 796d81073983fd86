import Speech
import Testing

@testable import Conversations

@Suite("Segment maker") struct SegmentMakerTests {
    /// Words of one speaker from `start` seconds on, 200 ms each, with 50 ms between.
    private static func words(_ text: String, at start: Double, by speaker: Int? = 0, engine: String = "e") -> [SpokenWord] {
        text.split(separator: " ").enumerated().map { index, word in
            let begin = Duration.milliseconds(Int((start * 1_000).rounded()) + index * 250)
            return SpokenWord(
                String(word), start: begin, end: begin + .milliseconds(200), speaker: speaker.map { SpeakerNumber($0) }, engine: EngineName(engine))
        }
    }

    private struct Made {
        var maker = SegmentMaker()
        var segments: [Segment] = []
        private var count = 0

        mutating func add(_ words: [SpokenWord]) { take(maker.add(words, newID: nextID())) }

        mutating func take(_ changes: SegmentChanges) {
            segments.removeAll { changes.removed.contains($0.id) }
            for segment in changes.changed {
                segments.removeAll { $0.id == segment.id }
                segments.append(segment)
            }
            segments.sort { $0.start < $1.start }
        }

        mutating func nextID() -> () -> ID<Segment> {
            var next = count
            count += 1_000
            return {
                next += 1
                return ID("s\(next)")
            }
        }

        var texts: [String] { segments.map { "\($0.speaker.map { String($0.number) } ?? "-"): \($0.text)" } }
    }

    private static func end(of words: [SpokenWord]) -> Double { words.last.map { $0.end / .seconds(1) } ?? 0 }

    @Test(arguments: [(2.99, 1), (3.0, 2)])
    func `joins what one speaker says with less than 3 s between`(_ gap: Double, _ count: Int) {
        var made = Made()
        let first = Self.words("This is said.", at: 0)
        made.add(first)
        made.add(Self.words("So is this.", at: Self.end(of: first) + gap))
        #expect(made.segments.count == count)
    }

    @Test(arguments: [(124, 1), (125, 2)])
    func `ends a segment with its sentence once it is 125 characters long`(_ length: Int, _ count: Int) {
        var made = Made()
        let first = Self.words(String(repeating: "abc ", count: 25) + String(repeating: "x", count: length - 101) + ".", at: 0)
        #expect(Sentence.text(of: first.map(\.text)).count == length)
        made.add(first)
        made.add(Self.words("Next one.", at: Self.end(of: first) + 0.1))
        #expect(made.segments.count == count)
    }

    @Test(arguments: ["。", "？", "！", "؟", "۔", "।", ".", "?", "!", ".”"])
    func `knows the end of a sentence in every script`(_ ender: String) {
        #expect(Sentence.isEnd(of: "word" + ender))
        #expect(!Sentence.isEnd(of: "word,"))
    }

    @Test func `goes on with an unfinished sentence however long the pause`() {
        var made = Made()
        made.add(Self.words("I thought that", at: 0))
        made.add(Self.words("nobody would come.", at: 30))
        #expect(made.texts == ["0: I thought that nobody would come."])
    }

    @Test func `does not go on with what begins with a capital after a pause`() {
        var made = Made()
        made.add(Self.words("I thought that", at: 0))
        made.add(Self.words("Nobody came.", at: 30))
        #expect(made.segments.count == 2)
    }

    @Test func `gives a short end of a sentence back to who began it`() {
        var made = Made()
        made.add(Self.words("Well then. I really wanted to go", at: 0, by: 0))
        made.add(Self.words("home. You should have said so.", at: 1.8, by: 1))
        #expect(made.texts == ["0: Well then. I really wanted to go home.", "1: You should have said so."])
    }

    @Test func `takes in a short piece without an end`() {
        var made = Made()
        made.add(Self.words("I really wanted to go", at: 0, by: 0))
        made.add(Self.words("home", at: 1.3, by: 1))
        #expect(made.texts == ["0: I really wanted to go home"])
    }

    @Test func `leaves what somebody says for seconds with them, whatever its punctuation`() {
        var made = Made()
        made.add(Self.words("so this is what one speaker says without any full stop at all", at: 0, by: 0))
        made.add(Self.words("and this is what another one says in three seconds or so today", at: 3.3, by: 1))
        #expect(made.texts.count == 2)
    }

    @Test func `leaves short turns without full stops to who says them`() {
        var made = Made()
        made.add(Self.words("There were three good hotels and several stores and", at: 0, by: 0))
        made.add(Self.words("the preceding pages have outlined", at: 2.3, by: 1))
        made.add(Self.words("as a watchmaker. Lots of diggers were returning now", at: 3.6, by: 0))
        #expect(
            made.texts == [
                "0: There were three good hotels and several stores and", "1: the preceding pages have outlined",
                "0: as a watchmaker. Lots of diggers were returning now",
            ])
    }

    @Test func `moves a short beginning forward to who says the rest, and reports a segment that is left empty`() {
        var made = Made()
        made.add(Self.words("But", at: 0, by: 0))
        let id = made.segments[0].id
        let changes = made.maker.add(Self.words("why did nobody call me back?", at: 0.3, by: 1), newID: made.nextID())
        made.take(changes)
        #expect(made.texts == ["1: But why did nobody call me back?"])
        // It has all that the first one had, so it is the first one.
        #expect(made.segments[0].id == id && changes.removed == [])
    }

    @Test func `reports the segment whose words have all gone into others`() {
        var made = Made()
        made.add(Self.words("Done. But", at: 0, by: 0))
        made.add(Self.words("who", at: 0.6, by: 1))
        #expect(made.segments.count == 2)
        let changes = made.maker.add(Self.words("called me?", at: 0.9, by: 0), newID: made.nextID())
        made.take(changes)
        #expect(made.segments.count == Set(made.segments.map(\.id)).count)
        #expect(made.texts.joined(separator: " ").contains("called me?"))
    }

    @Test func `never joins what two engines heard`() {
        var made = Made()
        made.add(Self.words("one two", at: 0, engine: "a"))
        made.add(Self.words("three", at: 0.6, engine: "b"))
        #expect(made.segments.count == 2)
    }

    @Test func `says what it makes the same way word by word as all at once`() {
        let words =
            Self.words("So I went to the market and", at: 0, by: 0) + Self.words("bought apples. They were good.", at: 2, by: 1)
            + Self.words("Oh", at: 4, by: 0) + Self.words("really? how nice that is for you.", at: 4.3, by: 1) + Self.words("Yes.", at: 20, by: 0)
        var atOnce = Made(), oneByOne = Made()
        atOnce.add(words)
        for word in words { oneByOne.add([word]) }
        #expect(atOnce.texts == oneByOne.texts)
        #expect(atOnce.segments.flatMap(\.words).map(\.text) == words.map(\.text))
    }

    @Test func `keeps few words, however long somebody speaks`() {
        var made = Made()
        for index in 0..<2_000 { made.add(Self.words("This is one of many sentences that are said.", at: Double(index) * 2.5)) }
        #expect(made.segments.flatMap(\.words).count == 18_000)
        #expect(MemoryLayout<SegmentMaker>.size < 200)
    }
}
