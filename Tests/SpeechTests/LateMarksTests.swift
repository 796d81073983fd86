import Speech
import Testing

@Suite struct `Late marks` {
    @Test(arguments: [
        (LateMarks(before: .comma), "eunuch.", "Who", "eunuch,", "who"),
        (LateMarks(before: .some(.none)), "eunuch.", "Who", "eunuch", "who"),
        (LateMarks(before: .stop), "eunuch", "who", "eunuch.", "Who"),
        (LateMarks(before: .question), "there,", "“who", "there?", "“Who"),
        (LateMarks(before: .comma, isCapital: true), "then.", "Paris", "then,", "Paris"),
        (LateMarks(), "eunuch.", "Who", "eunuch.", "Who"),
        (LateMarks(before: .stop), "at", "7pm", "at.", "7pm"),
    ])
    func `punctuate two words as parts of one text`(marks: LateMarks, before: String, word: String, wantedBefore: String, wanted: String) {
        var before = before, word = word
        marks.join(&word, behind: &before)
        #expect(before == wantedBefore && word == wanted)
    }

    @Test(arguments: [("so", "so."), ("so,", "so."), ("so?", "so."), ("…", "….")])
    func `close a word in place of the marks behind it`(word: String, closed: String) {
        #expect(word.closed(by: .stop) == closed)
    }
}
