import Speech
import Testing

@testable import harken

@Suite struct `The notes of a transcript` {
    private static let request = TranscriptNotes.Request(engine: "local", format: "srt", options: ["--language de", "--speakers"])
    private static let first = TranscriptNotes.Input(name: "a \"b\".wav", byteCount: 12, digest: "ab")
    private static let second = TranscriptNotes.Input(name: "b.wav", byteCount: 1 << 40, digest: "cd")
    private static let stretches = [
        RecognizedPart.Stretch(
            channel: ChannelIndex(1),
            words: [
                Word("Grüße,", SampleRange(SampleIndex(3), SampleIndex(9)), confidence: 0.1, language: LanguageTag("de")),
                Word("Ann", SampleRange(SampleIndex(9), SampleIndex(10)), confidence: 1), spaced("七", true), spaced("seven", false),
            ])
    ]

    private static func spaced(_ text: String, _ blank: Bool) -> Word {
        var word = Word(text, SampleRange(SampleIndex(10), SampleIndex(11)), confidence: 1)
        word.blankBefore = blank
        return word
    }

    private static var lines: [String] {
        [
            TranscriptNotes.line(request), TranscriptNotes.line(first), TranscriptNotes.line(stretches, through: SampleIndex(20), of: nil),
            TranscriptNotes.line(TranscriptNotes.Finished(name: first.name, input: first, text: "1\n")),
            TranscriptNotes.line(TranscriptNotes.Finished(name: "no.wav", hasFailed: true)), TranscriptNotes.line(second),
            TranscriptNotes.line(stretches, through: SampleIndex(30), of: SampleCount(99)),
        ]
    }

    @Test func `say again all that was noted`() {
        let notes = TranscriptNotes(Self.lines)
        #expect(notes.request == Self.request)
        #expect(
            notes.finished == [
                TranscriptNotes.Finished(name: Self.first.name, input: Self.first, text: "1\n"),
                TranscriptNotes.Finished(name: "no.wav", hasFailed: true),
            ])
        #expect(notes.current == Self.second)
        var part = RecognizedPart()
        part.add(Self.stretches, through: SampleIndex(30), of: SampleCount(99))
        #expect(notes.part == part)
        #expect(Self.lines.allSatisfy { !$0.contains("\n") })
    }

    @Test(arguments: 0...7) func `count up to the line at which a kill came`(count: Int) {
        let notes = TranscriptNotes(Self.lines.prefix(count) + ["{\"through\":4"])
        #expect(notes == TranscriptNotes(Array(Self.lines.prefix(count))))
        #expect((notes.request == nil) == (count == 0))
        #expect(notes.current == (count == 2 || count == 3 ? Self.first : count >= 6 ? Self.second : nil))
        #expect(notes.part.stretches.isEmpty == !(count == 3 || count == 7))
    }

    @Test(arguments: [#"{"through":1,"stretches":[{"channel":0,"words":[{"text":"a","start":2,"end":1,"confidence":1}]}]}"#, #"{"input":"a"}"#, "[]"])
    func `end before a line that says nothing sensible`(line: String) {
        #expect(TranscriptNotes([TranscriptNotes.line(Self.request), line, TranscriptNotes.line(Self.first)]).current == nil)
    }
}
