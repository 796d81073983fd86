import Speech
import Testing

@testable import Conversations

@Suite struct `Findings by rules` {
    private func findings(_ texts: String...) throws -> ConversationFindings {
        let started = try #require(UnixTime(rfc3339: "2026-11-23T15:30:00Z"))
        let segments = texts.enumerated().map { index, text in
            Segment(id: ID("s\(index)"), text: text, start: .seconds(index * 5), end: .seconds(index * 5 + 4))
        }
        return FindingRules.findings(
            in: Conversation(id: ID("c"), user: ID("u"), source: "omi", started: started, finished: started + .seconds(60), segments: segments),
            .work,
            zone: .utc)
    }

    @Test(arguments: [
        ("I'll send the report to Anna by Friday.", "Send the report to Anna by Friday"),
        ("Okay, so I need to call the dentist.", "Call the dentist"),
        ("Let's review the budget together.", "Review the budget together"), ("Don't forget to buy milk!", "Buy milk"),
        ("Could you please check the numbers?", "Check the numbers"), ("Please book a table for four.", "Book a table for four"),
        ("Send me the slides.", "Send me the slides"), ("And we should get back to them.", "Get back to them"),
        ("I\u{2019}ll write the minutes.", "Write the minutes"), ("You have to sign the contract.", "Sign the contract"),
    ])
    func `are the tasks that speakers took on or were given`(text: String, task: String) throws {
        #expect(try findings(text).actionItems == [.init(task)])
    }

    @Test(arguments: [
        "I'll be there.", "Let's see.", "I have to say that was nice.", "The weather is fine.", "I will never forget it.", "Can you hear me?",
        "Call?",
        "We should.", "I'll think about it.", "He will send the report.", "", "I sent the report.", "You should know that.",
    ])
    func `are no talk about talking, being and thinking`(text: String) throws {
        #expect(try findings(text).actionItems.isEmpty)
    }

    @Test func `are appointments with their time`() throws {
        let found = try findings(
            "We have a meeting with Anna Berg tomorrow at three.", "Dinner with my parents on Saturday.", "Let's meet Tom on Friday at ten.",
            "We had lunch with Bob at noon.", "The meeting was fine.")
        #expect(found.events.map(\.title) == ["Meeting with Anna Berg", "Meet Tom", "Dinner with my parents"])
        #expect(found.events.map { String($0.start.rfc3339.prefix(16)) } == ["2026-11-24T15:00", "2026-11-27T10:00", "2026-11-28T09:00"])
        #expect(found.events.map(\.duration) == [.seconds(1_800), .seconds(1_800), .seconds(86_400)])
        #expect(found.events[0].description == "We have a meeting with Anna Berg tomorrow at three.")
    }

    @Test func `name what was said twice once, and are not without number`() throws {
        #expect(try findings("Send me the slides.", "Send me the slides.").actionItems.count == 1)
        let many = (0..<50).map { "Send me part \($0)." }.joined(separator: " ")
        #expect(try findings(many).actionItems.count == ConversationFindings.maxItems)
    }

    @Test func `have the category's emoji`() throws {
        #expect(try findings("Hello.").emoji == "💼")
        for category in ConversationCategory.allCases { #expect(category.emoji.count == 1) }
    }
}
