import Conversations
import Framing
import Speech
import Testing

@testable import Protocols

@Suite struct `A summary by a language model` {
    private func conversation(_ texts: [String]) -> Conversation {
        let segments = texts.enumerated().map { index, text in
            Segment(
                id: ID("s\(index)"), text: text, start: .seconds(index), end: .seconds(index + 1), speaker: SpeakerNumber(index % 2),
                identity: index % 2 == 0 ? SpeakerIdentity(.user, by: .manual) : .unknown)
        }
        return Conversation(
            id: ID("c"), user: ID("u"), status: .processing, source: "omi", started: UnixTime(milliseconds: 0), finished: UnixTime(milliseconds: 1),
            segments: segments)
    }

    private func answer(_ content: String) -> [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        json.key("choices")
        json.beginArray()
        json.beginObject()
        json.key("message")
        json.beginObject()
        json.member("role", "assistant")
        json.member("content", content)
        json.endObject()
        json.endObject()
        json.endArray()
        json.endObject()
        return json.bytes
    }

    @Test func `is asked for with who said what`() throws {
        let body = try JSONValue(parsing: OpenAISummary.request(for: conversation(["Shall we?", "We \"shall\"."]), model: "small", zone: .utc))
        #expect(body["model"] == .string("small"))
        guard case .array(let messages)? = body["messages"] else { throw OpenAISummaryError.notAnAnswer }
        #expect(messages.map { $0["role"] } == [.string("system"), .string("user")])
        #expect(messages.last?["content"] == .string("User: Shall we?\nSpeaker 2: We \"shall\"."))
    }

    @Test func `is of the beginning and the end of what is long`() {
        let text = OpenAISummary.text(of: conversation(["Begin." + String(repeating: " word", count: 20_000) + " End."]))
        #expect(text.count <= OpenAISummary.maxText + 5)
        #expect(text.hasPrefix("User: Begin.") && text.hasSuffix("End.") && text.contains("\n[…]\n"))
    }

    @Test(arguments: [
        #"{"title":"A walk","summary":"They walk."}"#, "```json\n{\"title\": \"A\\n walk\", \"summary\": \"They  walk.\"}\n```",
        #"Sure! {"summary":"They walk.","title":"A walk","mood":"fine"} Anything else?"#,
    ]) func `is read however the model wraps it`(content: String) throws {
        let made = try OpenAISummary(parsing: answer(content), zone: .utc)
        #expect(made.title == "A walk" && made.summary == "They walk.")
    }

    @Test func `is asked for once more with the answer that was not as asked for`() throws {
        let body = try JSONValue(parsing: OpenAISummary.request(for: conversation(["Hi."]), model: "small", zone: .utc, repairing: "Sure!"))
        guard case .array(let messages)? = body["messages"] else { throw OpenAISummaryError.notAnAnswer }
        #expect(messages.map { $0["role"] } == [.string("system"), .string("user"), .string("assistant"), .string("user")])
        #expect(messages[2]["content"] == .string("Sure!"))
    }

    @Test func `has findings where the model wrote them as asked`() throws {
        let made = try OpenAISummary(
            parsing: answer(
                #"""
                {"title":"A trip","summary":"They travel.","emoji":"🚂","category":"Travel","action_items":["Book the train",{"description":"Pack"},7,""],
                "events":[{"title":"Train","description":"To Rome","start":"2026-12-01T09:00:00Z","minutes":120},{"title":"No time"},{"start":"2026-01-01"},
                {"title":"Dinner","start":"2026-11-30T19:00:00Z","minutes":-5}]}
                """#), zone: .utc)
        let findings = try #require(made.findings)
        #expect(findings.category == .travel && findings.emoji == "🚂")
        #expect(findings.actionItems.map(\.description) == ["Book the train", "Pack"])
        #expect(findings.events.map(\.title) == ["Dinner", "Train"])
        #expect(findings.events.map(\.duration) == [.seconds(1_800), .seconds(7_200)])
    }

    @Test(
        arguments: [
            (#"{"title":"t","summary":"s"}"#, nil), (#"{"title":"t","summary":"s","category":"gardening"}"#, nil),
            (#"{"title":"t","summary":"s","category":"work","emoji":"work"}"#, "💼"),
            (#"{"title":"t","summary":"s","category":"work","emoji":"7"}"#, "💼"),
        ] as [(String, String?)])
    func `has the category's emoji where the model wrote none, and no findings without a category`(content: String, emoji: String?) throws {
        #expect(try OpenAISummary(parsing: answer(content), zone: .utc).findings?.emoji == emoji)
    }

    @Test(arguments: [
        "", "I cannot do that.", #"{"title":"","summary":"x"}"#, #"{"title":"x"}"#, #"{"title":7,"summary":"x"}"#, "{", "}{", #"["title","summary"]"#,
    ]) func `is nothing else`(content: String) {
        #expect(throws: OpenAISummaryError.notASummary(content)) { try OpenAISummary(parsing: answer(content), zone: .utc) }
    }

    @Test(arguments: ["", "{}", "[]", #"{"choices":[]}"#, #"{"choices":[{"message":{"content":null}}]}"#, "<html>", "\u{0}"])
    func `comes in no other answer`(body: String) {
        #expect(throws: OpenAISummaryError.notAnAnswer) { try OpenAISummary(parsing: Array(body.utf8), zone: .utc) }
    }

    @Test func `is no longer than is shown`() throws {
        let long = String(repeating: "long ", count: 10_000)
        let made = try OpenAISummary(parsing: answer(#"{"title":"\#(long)","summary":"\#(long)"}"#), zone: .utc)
        #expect(made.title.count == 120 && made.summary.count == 2_000)
    }

    @Test func `has appointments on the clocks of the speakers' time zone`() throws {
        let tokyo = try #require(TimeZoneRules("Asia/Tokyo", rule: "JST-9"))
        let body = try JSONValue(parsing: OpenAISummary.request(for: conversation(["Hi."]), model: "small", zone: tokyo))
        guard case .array(let messages)? = body["messages"], case .string(let asked)? = messages.first?["content"] else {
            throw OpenAISummaryError.notAnAnswer
        }
        #expect(asked.contains("1970-01-01T09:00:00+09:00 in the time zone Asia/Tokyo"))
        let events = ["2026-11-28T10:00", "2026-11-28T10:00:00", "2026-11-28T10:00:00+09:00", "2026-11-28T01:00:00Z", "2026-11-28"]
            .map { #"{"title":"Meeting","start":"\#($0)"}"# }.joined(separator: ",")
        let answer = answer(#"{"title":"A","summary":"B","category":"work","events":[\#(events)]}"#)
        let starts = try #require(try OpenAISummary(parsing: answer, zone: tokyo).findings).events.map(\.start.rfc3339)
        #expect(starts == ["2026-11-27T15:00:00.000Z"] + [String](repeating: "2026-11-28T01:00:00.000Z", count: 4))
    }
}
