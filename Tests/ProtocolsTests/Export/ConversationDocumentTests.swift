import Conversations
import Framing
import Protocols
import Speech
import Testing

@Suite struct `A conversation written out` {
    private func document(_ segments: [Segment], title: String? = "Boats & *stars*") -> ConversationDocument {
        let conversation = Conversation(
            id: ID("c"), user: ID("u"), status: .completed, source: "test", title: title, summary: "Of <boats>.",
            started: UnixTime(milliseconds: 0), finished: UnixTime(milliseconds: 9_000), segments: segments)
        let voice = Voiceprint([1, 0], model: "m").map {
            Voice(id: ID("v"), number: 3, voiceprint: $0, evidence: .seconds(9), created: UnixTime(milliseconds: 0))
        }
        return ConversationDocument(
            conversation, people: [Person(id: ID("p"), name: "Anna", created: UnixTime(milliseconds: 0))], voices: voice.map { [$0] } ?? [])
    }

    private func segment(_ id: String, _ text: String, at seconds: Int, _ who: SpeakerIdentity.Who, hasWords: Bool = true) -> Segment {
        let start = Duration.seconds(seconds)
        let words = text.split(separator: " ").enumerated().map { place, word in
            SegmentWord(String(word), start: start + .milliseconds(500 * place), end: start + .milliseconds(500 * place + 400), confidence: 1)
        }
        return Segment(
            id: ID(id), text: text, start: start, end: words.last?.end ?? start, words: hasWords ? words : [], speaker: SpeakerNumber(0),
            identity: SpeakerIdentity(who, by: .voiceprint))
    }

    private func text(_ format: ConversationDocument.Format, _ segments: [Segment], in zone: TimeZoneRules = .utc) -> String {
        String(decoding: document(segments).rendered(as: format, in: zone), as: UTF8.self)
    }

    @Test func `names who speaks where another one begins`() {
        let srt = text(
            .srt,
            [
                segment("1", "Good morning.", at: 0, .person(ID("p"))), segment("2", "It is.", at: 3, .person(ID("p"))),
                segment("3", "Who says so?", at: 6, .voice(ID("v"))), segment("4", "I do.", at: 9, .user), segment("5", "Well.", at: 12, .unknown),
            ])
        #expect(
            srt.split(separator: "\n").filter { !$0.contains("-->") && Int($0) == nil } == [
                "Anna: Good morning.", "It is.", "Speaker 3: Who says so?", "You: I do.", "Speaker 1: Well.",
            ])
        #expect(srt.hasPrefix("1\n00:00:00,000 --> 00:00:01,000\n"))
    }

    @Test func `spreads words over a segment whose times nobody knows`() throws {
        let srt = text(.srt, [segment("1", "One two three four.", at: 10, .unknown, hasWords: false)])
        #expect(srt.contains("00:00:10,000 --> 00:00:11,900\nSpeaker 1: One two three four."))
        #expect(text(.vtt, [segment("1", "  ", at: 1, .unknown, hasWords: false)]) == "WEBVTT\n\n")
    }

    @Test(arguments: [ConversationDocument.Format.srt, .vtt], ["Zanzibar", "Table,", "tables and chairs", "Tisch"])
    func `has its captions where they were after a word was edited`(format: ConversationDocument.Format, word: String) {
        // A pause of 2 s is before "under".
        let texts = "There was a table set out. under a tree in front of the house.".split(separator: " ").map(String.init)
        let words = texts.enumerated().map { place, word in
            let start = Duration.milliseconds(10_000 + 300 * place + (place < 6 ? 0 : 2_000))
            return SegmentWord(word, start: start, end: start + .milliseconds(250), confidence: 1)
        }
        let spoken = Segment(
            id: ID("1"), text: words.map(\.text).joined(separator: " "), start: .seconds(10), end: words.last?.end ?? .zero, words: words)
        let edited = spoken.edited(to: spoken.text.replacing("table", with: word))
        #expect(text(format, [edited]) == text(format, [spoken]).replacing("table", with: word))
        #expect(text(format, [edited]).contains("-->"))
    }

    @Test func `is text with one line for each segment`() {
        let segments = [segment("1", "Good\nmorning.", at: 0, .person(ID("p"))), segment("2", "It is.", at: 65, .unknown)]
        #expect(text(.text, segments) == "[0:00] Anna: Good morning.\n[1:05] Speaker 1: It is.\n")
    }

    @Test func `is Markdown in which nothing that was said has a meaning`() {
        let markdown = text(.markdown, [segment("1", "# not a *heading* <b>", at: 3_723, .person(ID("p")))])
        #expect(
            markdown == """
                # Boats \\& \\*stars\\*

                1970-01-01 00:00 UTC

                Of \\<boats\\>.

                **Anna** (1:02:03)

                \\# not a \\*heading\\* \\<b\\>

                """)
    }

    @Test func `says when it began in the reader's time zone`() throws {
        let tokyo = try #require(TimeZoneRules("Asia/Tokyo", rule: "JST-9"))
        #expect(text(.markdown, [], in: tokyo).contains("\n\n1970-01-01 09:00 (Asia/Tokyo)\n"))
        // Other formats have moments, or positions.
        for format in ConversationDocument.Format.allCases where format != .markdown { #expect(text(format, [], in: tokyo) == text(format, [])) }
    }

    @Test func `is an object with those who speak`() throws {
        let bytes = document([segment("1", "Yes.", at: 0, .person(ID("p")))]).rendered(as: .json, in: .utc)
        let json = try JSONValue(parsing: bytes)
        #expect(json["people"] == [["id": "p", "name": "Anna", "created_at": "1970-01-01T00:00:00.000Z"]])
        #expect(json["language"] == .null && json["duration"] == 0.4)
    }
}
