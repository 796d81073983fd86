import Conversations
import Foundation
import Protocols
import Speech
import Testing

@testable import harken

@Suite struct `Segment printer` {
    private struct Screen {
        var printer: SegmentPrinter
        var now = Instant.now

        init(_ style: CaptionPrinter.Style) { printer = SegmentPrinter(style) }

        mutating func hear(_ events: ListenEvent) -> String { printer.text(for: events, now: now) }

        mutating func changed(_ segments: Segment...) -> String { hear(.changed(segments)) }

        mutating func wait(_ duration: Duration = .seconds(3)) -> String {
            now += duration
            return printer.text(now: now)
        }
    }

    private func segment(
        _ id: String, _ text: String, _ start: Double, _ end: Double, _ speaker: Int? = 0, _ who: SpeakerIdentity.Who = .unknown
    ) -> Segment {
        Segment(
            id: ID(id), text: text, start: .seconds(start), end: .seconds(end), speaker: speaker.map { SpeakerNumber($0) },
            identity: SpeakerIdentity(who, by: nil))
    }

    private func suggestion(_ speaker: Int, _ who: SpeakerSuggestion.Who, _ name: String) -> ListenEvent {
        .suggested(SpeakerSuggestion(SpeakerNumber(speaker), who, name: name, segment: ID("a")))
    }

    @Test func `prints a segment when another one follows and it has not changed for a while`() {
        var screen = Screen(.plain)
        #expect(screen.changed(segment("a", "Hello", 12.3, 13)) == "")
        #expect(screen.wait() == "")
        #expect(screen.changed(segment("a", "Hello there.", 12.3, 15)) == "")
        #expect(screen.changed(segment("b", "Hi.", 15.5, 16, 1)) == "")
        #expect(screen.wait(.seconds(2)) == "")
        #expect(screen.wait(.seconds(1)) == "[00:12.3 → 00:15.0] Speaker 1: Hello there.\n")
        #expect(screen.wait(.seconds(9)) == "")
        #expect(screen.printer.end() == "[00:15.5 → 00:16.0] Speaker 2: Hi.\n")
        #expect(screen.printer.end() == "")
    }

    @Test func `prints in order, whichever settles first`() {
        var screen = Screen(.plain)
        _ = screen.changed(segment("c", "three", 3, 4), segment("b", "two", 2, 3))
        #expect(screen.wait(.seconds(2)) == "")
        #expect(screen.changed(segment("a", "one", 1, 2)) == "")
        #expect(screen.wait(.seconds(2)) == "")
        #expect(screen.wait(.seconds(1)) == "[00:01.0 → 00:02.0] Speaker 1: one\n[00:02.0 → 00:03.0] Speaker 1: two\n")
    }

    @Test func `prints again what changes after it was printed, and not what does not`() {
        var screen = Screen(.plain)
        _ = screen.changed(segment("a", "one", 1, 2), segment("b", "two", 2, 3))
        #expect(screen.wait() == "[00:01.0 → 00:02.0] Speaker 1: one\n")
        #expect(screen.changed(segment("a", "one", 1, 2)) == "")
        #expect(screen.wait() == "")
        #expect(screen.changed(segment("a", "One.", 1, 2, 1)) == "")
        #expect(screen.wait() == "[00:01.0 → 00:02.0] Speaker 2: One.\n")
    }

    @Test func `says under which label a voice is kept, and whom nobody has named at the end`() {
        var screen = Screen(.plain)
        _ = screen.changed(segment("a", "one", 1, 2), segment("b", "two", 2, 3, 1), segment("c", "three", 3, 4))
        #expect(screen.wait() == "[00:01.0 → 00:02.0] Speaker 1: one\n[00:02.0 → 00:03.0] Speaker 2: two\n")
        #expect(screen.printer.unnamed.isEmpty)
        #expect(screen.hear(.labeled(SpeakerNumber(0), "Speaker 4")) == "Speaker 1 is Speaker 4\n")
        #expect(screen.hear(.labeled(SpeakerNumber(1), "Speaker 5")) == "Speaker 2 is Speaker 5\n")
        #expect(screen.hear(.labeled(SpeakerNumber(1), "Speaker 5")) == "")
        #expect(screen.hear(suggestion(1, .person(ID("vera")), "Vera")) == "Speaker 5 is Vera\n")
        #expect(screen.printer.end() == "[00:03.0 → 00:04.0] Speaker 4: three\n")
        #expect(screen.printer.unnamed == ["Speaker 4"])
        var json = Screen(.json)
        #expect(json.hear(.labeled(SpeakerNumber(0), "Speaker 4")) == #"{"type":"label","speaker":0,"label":"Speaker 4"}"# + "\n")
    }

    @Test func `forgets what became part of another`() {
        var screen = Screen(.plain)
        _ = screen.changed(segment("a", "one", 1, 2), segment("b", "two", 2, 3))
        _ = screen.hear(.removed([ID("b")]))
        _ = screen.changed(segment("a", "one two", 1, 3))
        #expect(screen.printer.end() == "[00:01.0 → 00:03.0] Speaker 1: one two\n")
    }

    @Test func `says who speaks as soon as it is known, and once of those above`() {
        var screen = Screen(.plain)
        _ = screen.changed(segment("a", "I'm Anna.", 1, 2), segment("b", "Hi.", 2, 3, 1), segment("c", "Well.", 3, 4, nil))
        #expect(screen.wait() == "[00:01.0 → 00:02.0] Speaker 1: I'm Anna.\n[00:02.0 → 00:03.0] Speaker 2: Hi.\n")
        #expect(screen.hear(suggestion(0, .person(ID("p")), "Anna")) == "Speaker 1 is Anna\n")
        #expect(screen.hear(suggestion(0, .person(ID("p")), "Anna")) == "")
        #expect(screen.changed(segment("b", "Hi.", 2, 3, 1, .user)) == "Speaker 2 is You\n")
        #expect(screen.changed(segment("d", "Again.", 4, 5, 2, .person(ID("p")))) == "[00:03.0 → 00:04.0] Well.\n")
        #expect(screen.printer.end() == "[00:04.0 → 00:05.0] Anna: Again.\n")
    }

    @Test func `begins anew with another conversation`() {
        var screen = Screen(.plain)
        _ = screen.hear(.conversation(ID("1")))
        _ = screen.changed(segment("a", "one", 9, 10))
        _ = screen.hear(suggestion(0, .named, "Anna"))
        #expect(screen.hear(.conversation(ID("2"))) == "[00:09.0 → 00:10.0] Anna: one\n")
        _ = screen.changed(segment("b", "two", 0, 1))
        #expect(screen.printer.end() == "[00:00.0 → 00:01.0] Speaker 1: two\n")
    }

    @Test func `on a terminal rewrites the lines that still change`() {
        var screen = Screen(.terminal(columns: 80))
        #expect(screen.changed(segment("a", "Hello", 1, 2)) == "[00:01.0 → …] Speaker 1: Hello")
        #expect(
            screen.changed(segment("a", "Hello there.", 1, 2), segment("b", "Hi", 2, 3, 1))
                == "\r\u{1B}[J[00:01.0 → …] Speaker 1: Hello there.\n[00:02.0 → …] Speaker 2: Hi")
        #expect(
            screen.wait() == "\r\u{1B}[A\u{1B}[J[00:01.0 → 00:02.0] Speaker 1: Hello there.\n[00:02.0 → …] Speaker 2: Hi")
        #expect(screen.printer.end() == "\r\u{1B}[J[00:02.0 → 00:03.0] Speaker 2: Hi\n")
    }

    @Test(arguments: 0...60)
    func `no changing line is as wide as the terminal`(columns: Int) {
        var screen = Screen(.terminal(columns: columns))
        _ = screen.hear(suggestion(0, .named, String(repeating: "Anna ", count: 40)))
        let text = screen.changed(segment("a", "one two three four five six seven", 1, 2))
        #expect(text.count < max(columns, 1))
    }

    @Test func `lets no text from outside steer the terminal`() {
        var screen = Screen(.plain)
        _ = screen.hear(suggestion(0, .named, "A\u{1B}[2Jnna"))
        _ = screen.changed(segment("a", "a\u{7}b", 1, 2))
        #expect(screen.printer.end() == "[00:01.0 → 00:02.0] A [2Jnna: a b\n")
    }

    @Test func `as JSON says everything at once, an object a line`() {
        var screen = Screen(.json)
        #expect(
            screen.changed(segment("a", "Hi.", 0.25, 1, 1, .person(ID("p"))), segment("b", "Ho.", 1, 2, nil))
                == #"{"type":"segments","segments":[{"id":"a","speaker":1,"is_user":false,"person_id":"p","start":0.25,"end":1.0,"text":"Hi."},"#
                + #"{"id":"b","speaker":null,"is_user":false,"person_id":null,"start":1.0,"end":2.0,"text":"Ho."}]}"# + "\n")
        #expect(screen.hear(.removed([ID("a")])) == #"{"type":"removed","ids":["a"]}"# + "\n")
        #expect(
            screen.hear(suggestion(1, .person(ID("p")), "Anna"))
                == #"{"type":"speaker","speaker":1,"name":"Anna","is_user":false,"person_id":"p","segment":"a"}"# + "\n")
        #expect(screen.hear(.conversation(ID("c"))) == #"{"type":"conversation","id":"c","status":"in_progress"}"# + "\n")
        #expect(screen.hear(.completed(ID("c"))) == #"{"type":"conversation","id":"c","status":"completed"}"# + "\n")
        #expect(screen.wait() == "")
        #expect(screen.printer.end() == "")
    }
}
