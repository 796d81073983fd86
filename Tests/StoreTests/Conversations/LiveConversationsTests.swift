import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Live conversations in the store` {
    private let folder = TemporaryFolder()
    private let id = ID<Conversation>("c1")

    @Test(arguments: StoreKind.allCases) func `are read as they were written`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        var conversation = Conversation.of(.ann, "c1", status: .inProgress, device: "pendant", .said("s1", "Hello there.", at: 0.0625, speaker: 0))
        #expect(try await store.begin(conversation))
        #expect(try await store.conversation(id, of: .ann) == conversation)
        var second = Segment.said("s2", "Zoë, “how” are you?", at: 2, speaker: 1)
        second.channel = ChannelIndex(1)
        #expect(try await store.write(ConversationUpdate(id, changed: [second], finished: .at(9)), of: .ann))
        conversation.segments.append(second)
        conversation.finished = .at(9)
        #expect(try await store.conversation(id, of: .ann) == conversation)
        conversation.segments[0].text = "Hello there, Zoë."
        conversation.segments[0].end = .seconds(1.5)
        let findings = ConversationFindings(
            category: .travel, emoji: "🚂", actionItems: [.init("Pack “all”")], events: [.init(title: "Train", description: "At nine", start: .at(9))])
        let end = ConversationUpdate(
            id, changed: [conversation.segments[0]], removed: [second.id], status: .completed, started: .at(-2), language: LanguageTag("de"),
            title: "Hello", summary: "They meet.", findings: findings, finalizationReason: "user_stop")
        #expect(try await store.write(end, of: .ann))
        conversation.segments.removeLast()
        (conversation.status, conversation.started, conversation.language) = (.completed, .at(-2), LanguageTag("de"))
        (conversation.title, conversation.summary, conversation.finalizationReason) = ("Hello", "They meet.", "user_stop")
        conversation.findings = findings
        #expect(try await store.conversation(id, of: .ann) == conversation)
    }

    @Test(arguments: StoreKind.allCases) func `begin once`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        #expect(try await store.begin(.of(.ann, "c1", .said("s1", "one"))))
        #expect(try await !store.begin(.of(.ann, "c1", .said("s2", "two"))))
        #expect(try await store.conversation(id, of: .ann)?.segments.map(\.text) == ["one"])
        #expect(try await store.begin(.of(.bob, "c1", .said("s1", "three"))))
        #expect(try await store.conversation(id, of: .bob)?.segments.map(\.text) == ["three"])
    }

    @Test(arguments: StoreKind.allCases) func `are resumed by source and device`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "old", at: 0, status: .inProgress, device: "a"))
        _ = try await store.begin(.of(.ann, "new", at: 9, status: .inProgress, device: "a"))
        _ = try await store.begin(.of(.ann, "bare", at: 5, status: .inProgress))
        _ = try await store.begin(.of(.ann, "over", at: 20, device: "a"))
        #expect(try await store.inProgress(of: .ann, source: "omi", device: "a")?.id == ID("new"))
        #expect(try await store.inProgress(of: .ann, source: "omi", device: nil)?.id == ID("bare"))
        #expect(try await store.inProgress(of: .ann, source: "omi", device: "b") == nil)
        #expect(try await store.inProgress(of: .ann, source: "desktop", device: "a") == nil)
        #expect(try await store.inProgress(of: .bob, source: "omi", device: "a") == nil)
        #expect(try await store.lastCompleted(of: .ann) == ID("over"))
        #expect(try await store.lastCompleted(of: .bob) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `that stand still are found at a start, whoever has them`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "a", status: .inProgress))
        _ = try await store.begin(.of(.bob, "b", status: .processing, .said("s", "text")))
        _ = try await store.begin(.of(.bob, "c"))
        let wordless = try await store.standing(.inProgress, since: .at(0), limit: 9)
        #expect(wordless.map(\.conversation.id) == [ID("a")] && wordless.map(\.hasWords) == [false])
        let found = try await store.standing(.processing, since: .at(0), limit: 9)
        #expect(found.map(\.conversation.id) == [ID("b")] && found.map(\.conversation.user) == [.bob])
        #expect(found[0].conversation.segments.isEmpty && found[0].hasWords)
        #expect(try await store.standing(.processing, since: .at(-1), limit: 9) == [])
    }

    @Test(arguments: StoreKind.allCases) func `know how long they wait, and which sessions spoke in them`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        var conversation = Conversation.of(.ann, "c1", status: .inProgress)
        conversation.timeout = .seconds(14_400)
        _ = try await store.begin(conversation)
        _ = try await store.begin(.of(.ann, "c2", status: .inProgress))
        #expect(try await store.conversation(id, of: .ann)?.timeout == .seconds(14_400))
        #expect(try await store.standing(.inProgress, since: .at(0), limit: 9).map(\.conversation.timeout) == [.seconds(14_400), nil])
        let session = ID<Session>("session")
        var first = SessionPart(session: session, conversation: id, begins: .zero)
        let second = SessionPart(session: session, conversation: ID("c2"), begins: .seconds(300), shift: .seconds(-301))
        #expect(try await store.join(second, of: .ann))
        #expect(try await store.join(first, of: .ann))
        first.shift = .seconds(2)
        #expect(try await store.join(first, of: .ann))
        #expect(try await store.parts(of: session, of: .ann) == [first, second])
        #expect(try await store.parts(of: session, of: .bob) == [])
        #expect(try await !store.join(first, of: .bob))
        #expect(try await store.delete(id, of: .ann))
        #expect(try await store.parts(of: session, of: .ann) == [second])
    }

    @Test(arguments: StoreKind.allCases) func `that are gone take nothing`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        #expect(try await !store.write(ConversationUpdate(id, changed: [.said("s", "text")]), of: .ann))
        _ = try await store.begin(.of(.ann, "c1"))
        #expect(try await !store.write(ConversationUpdate(id, changed: [.said("s", "text")]), of: .bob))
        #expect(try await store.conversation(id, of: .ann)?.segments == [])
    }

    @Test(arguments: StoreKind.allCases) func `take all of an update or nothing`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "c1", .said("s1", "one")))
        let long = String(repeating: "x", count: ConversationLimits.segmentText + 1)
        let update = ConversationUpdate(id, changed: [.said("s2", "two"), .said("s3", long)], removed: [ID("s1")], title: "no")
        await #expect(throws: StoreError.self) { try await store.write(update, of: .ann) }
        let kept = try await store.conversation(id, of: .ann)
        #expect(kept?.segments.map(\.text) == ["one"] && kept?.title == nil)
    }

    @Test(arguments: StoreKind.allCases) func `know nothing of ids and texts without end`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        await #expect(throws: StoreError.self) { try await store.begin(.of(.ann, "")) }
        await #expect(throws: StoreError.self) { try await store.begin(.of(.ann, String(repeating: "x", count: 129))) }
        let titled = Conversation(
            id: id, user: .ann, source: "omi", title: String(repeating: "x", count: 1_001), started: .at(0), finished: .at(0))
        await #expect(throws: StoreError.self) { try await store.begin(titled) }
        await #expect(throws: StoreError.self) { try await store.begin(.of(.ann, "c1", .said("", "text"))) }
        #expect(try await store.conversation(id, of: .ann) == nil)
    }
}
