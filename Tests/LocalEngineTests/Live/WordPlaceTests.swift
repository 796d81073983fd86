import LocalEngine
import Testing

@Suite struct `The place behind known words` {
    private func words(_ text: String) -> [LiveWord] { text.split(separator: " ").map { LiveWord(String($0), confidence: 1) } }

    @Test(arguments: [
        ("", "a b", 0, 0), ("a b", "", 0, 2), ("a b", "a b c d", 2, 0), ("A, b.", "a b c", 2, 0), ("a we", "a were here", 2, 1),
        ("a b c", "a c d", 2, 1),
        ("a b", "a x b c", 2, 1), ("it's so", "It's so, he said.", 2, 0), ("a b", "c d", 2, 2),
    ])
    func `has the least edit distance before it`(known: String, reading: String, count: Int, distance: Int) {
        let place = WordPlace(of: words(known), in: words(reading))
        #expect(place.count == count)
        #expect(place.before == distance)
        #expect(place.behind == 0)
    }

    @Test func `lies nearest to the number of known words where distances are equal`() {
        #expect(WordPlace(of: words("thou also"), in: words("thou also thou also")).count == 2)
        #expect(WordPlace(of: words("x y"), in: words("a b c d")).count == 2)
    }

    @Test func `is decided by what follows where its end was misheard`() {
        let place = WordPlace(of: words("he was concerned we"), in: words("he was concerned with the rest"), before: words("with the rest"))
        #expect(place.count == 3)
        #expect(place.before == 1)
        #expect(place.behind == 0)
    }

    @Test(arguments: [(WordPlace.Tie.before, 2, 0, 1), (.behind, 1, 1, 0)])
    func `fits the side that must not change at a tie`(tie: WordPlace.Tie, count: Int, before: Int, behind: Int) {
        // A word that sounds on both sides.
        let place = WordPlace(of: words("x y"), in: words("x y z"), before: words("y z"), tie: tie)
        #expect(place.count == count)
        #expect(place.before == before)
        #expect(place.behind == behind)
    }

    @Test(arguments: [
        ("end.", true), ("end?”", true), ("end!)", true), ("end", false), ("end,", false), ("Mr.", false), ("St.", false), ("J.", false),
        ("I?", true),
        ("no.", true), (".", true), ("", false),
    ])
    func `may follow the end of a sentence`(text: String, ends: Bool) {
        #expect(LiveWord(text, confidence: 1).endsSentence == ends)
    }
}
