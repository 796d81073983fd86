import Conversations
import Framing
@testable import Protocols
import Speech
import Testing

@Suite struct `A user's webhook` {
    @Test(arguments: [
        ("https://example.com/hook", "https://example.com/hook?uid=a%20b"),
        ("https://example.com/hook?", "https://example.com/hook?uid=a%20b"),
        ("https://example.com", "https://example.com?uid=a%20b"),
        ("https://example.com/?token=x%2Fy&uid=me&u=1", "https://example.com/?token=x%2Fy&u=1&uid=a%20b"),
        ("https://example.com/?%75id=me&a", "https://example.com/?a&uid=a%20b"),
        ("https://example.com/?a=b?c#part?d", "https://example.com/?a=b?c&uid=a%20b"),
        ("https://example.com/?%zz=1", "https://example.com/?%zz=1&uid=a%20b"),
    ]) func `gets the user in its query, in place of a user that the address names`(address: String, expected: String) {
        #expect(WebhookAddress.adding(["uid": "a b"], to: address) == expected)
    }

    @Test func `gets the session in its query too`() {
        #expect(
            WebhookAddress.adding(["uid": "u", "session_id": "s"], to: "http://h/?session_id=1&x=2") == "http://h/?x=2&uid=u&session_id=s")
    }

    @Test(arguments: [
        ("https://example.com/hook?a=b", true), ("http://127.0.0.1:5678/webhook", true), ("HTTPS://[2001:db8::1]/", true), ("https://", false),
        ("https:///path", false), ("https://:80/", false), ("ftp://example.com/", false), ("example.com/hook", false), ("", false),
        ("https://example.com/a b", false), ("https://example.com/\r\nX: y", false), ("https://exämple.com/", false),
        ("https://example.com/" + String(repeating: "a", count: 2_028), true), ("https://example.com/" + String(repeating: "a", count: 2_029), false),
    ]) func `has a URL of the web`(address: String, isValid: Bool) {
        #expect(WebhookAddress.isValid(address) == isValid)
    }

    @Test func `is read from the user's settings, with its outage`() {
        let choices = UserChoices(settings: [
            "webhook_conversation": "https://a", "webhook_conversation_outage": "2026-11-21T03:00:00.000Z 2026-11-22T03:00:00.000Z",
            "webhook_conversation_disabled_at": "2026-11-22T03:00:00Z", "webhook_transcript": "https://b", "webhook_seed": "5eed",
        ])
        #expect(choices.webhooks[.conversation]?.isOn == false)
        #expect(choices.webhooks[.conversation]?.outage?.since == UnixTime(rfc3339: "2026-11-21T03:00:00Z"))
        #expect(choices.webhooks[.conversation]?.disabled == UnixTime(rfc3339: "2026-11-22T03:00:00Z"))
        #expect(choices.webhooks[.transcript] == UserWebhook(address: "https://b"))
        #expect(choices.webhookSeed == "5eed")
        #expect(UserChoices(settings: ["webhook_transcript_outage": "3"]).webhooks.isEmpty)
    }

    private static func segment(_ id: String, _ who: SpeakerIdentity.Who, speaker: Int?) -> Segment {
        Segment(
            id: ID(id), text: "Words “of” \(id)", start: .seconds(1), end: .milliseconds(2_500),
            words: [SegmentWord("Words", start: .seconds(1), end: .seconds(2), confidence: 1)], speaker: speaker.map { SpeakerNumber($0) },
            identity: who == .unknown ? .unknown : SpeakerIdentity(who, by: .voiceprint, confidence: 0.5), engine: .local, model: "secret-model")
    }

    @Test func `gets segments as applications of Omi read them, and nothing of how they were found`() throws {
        let document = WebhookDocument(people: [ID("p1"): "John"], owner: "Ann")
        let segments = [
            Self.segment("s1", .person(ID("p1")), speaker: 2), Self.segment("s2", .user, speaker: 0), Self.segment("s3", .voice(ID("v")), speaker: 3),
            Self.segment("s4", .unknown, speaker: nil),
        ]
        let text = String(decoding: document.segments(segments, of: ID("session")), as: UTF8.self)
        #expect(
            text.hasPrefix(
                #"{"segments":[{"id":"s1","text":"Words “of” s1","speaker":"SPEAKER_02","speaker_id":2,"is_user":false,"person_id":"p1","start":1.0,"end":2.5,"speaker_name":"John"}"#
            ), "\(text)")
        #expect(text.hasSuffix(#"],"session_id":"session"}"#))
        let json = try JSONValue(parsing: Array(text.utf8))
        guard case .array(let list)? = json["segments"] else {
            Issue.record("no segments")
            return
        }
        #expect(list.map { $0["speaker_name"] } == ["John", "Ann", "Speaker 3", "Speaker 0"])
        #expect(list.map { $0["is_user"] } == [false, true, false, false])
        #expect(!text.contains("secret-model") && !text.contains("confidence"))
    }

    @Test func `gets a completed conversation with each member that applications of Omi read`() throws {
        var conversation = Conversation(
            id: ID("c1"), user: ID("ann"), status: .completed, source: "omi", language: LanguageTag("en"), title: "Harbour", summary: "A walk.",
            started: UnixTime(milliseconds: 1_790_000_000_000), finished: UnixTime(milliseconds: 1_790_000_060_000),
            segments: [Self.segment("s1", .user, speaker: 0)])
        conversation.findings = ConversationFindings(category: .work, emoji: "📅", actionItems: [.init("Send the report")])
        let body = WebhookDocument(people: [:], owner: nil).conversation(conversation)
        let json = try JSONValue(parsing: body)
        guard case .object(let members) = json else {
            Issue.record("no object")
            return
        }
        #expect(
            members.map(\.name) == [
                "id", "created_at", "started_at", "finished_at", "source", "language", "status", "discarded", "structured", "transcript_segments",
                "apps_results", "plugins_results", "photos", "folder_id", "folder_name",
            ])
        #expect(json["status"] == "completed" && json["discarded"] == false && json["folder_id"] == .null)
        #expect(json["structured"]?["title"] == "Harbour" && json["structured"]?["overview"] == "A walk." && json["structured"]?["emoji"] == "📅")
        guard case .array(let items)? = json["structured"]?["action_items"], case .array(let segments)? = json["transcript_segments"] else {
            Issue.record("no lists")
            return
        }
        #expect(items.map { $0["description"] } == ["Send the report"] && items.map { $0["completed"] } == [false])
        #expect(segments.map { $0["speaker_name"] } == ["You"])
    }
}
