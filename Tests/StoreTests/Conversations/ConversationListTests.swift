import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `A list of conversations` {
    private let folder = TemporaryFolder()

    private func ids(_ page: ConversationPage) -> [String] { page.conversations.map(\.id.rawValue) }

    @Test(arguments: StoreKind.allCases) func `comes in pages, the newest first, without gaps or doubles`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        // Two begin at each moment.
        for number in 0..<10 { _ = try await store.begin(.of(.ann, "a\(number)", at: Double(number / 2), .said("s", "text"))) }
        _ = try await store.begin(.of(.bob, "b", at: 3))
        var seen: [String] = [], query = ConversationQuery(limit: 3)
        repeat {
            let page = try await store.list(query, of: .ann)
            #expect(page.conversations.allSatisfy { $0.segments.isEmpty })
            seen += ids(page)
            query.cursor = page.next
        } while query.cursor != nil
        #expect(seen == (0..<10).reversed().map { "a\($0)" })
    }

    @Test(arguments: StoreKind.allCases) func `of a speaker leaves out a merged conversation between whose parts the speaker spoke`(
        kind: StoreKind
    ) async throws {
        let store = try kind.open(in: folder)
        let anna = try await store.add(Person(id: ID("p1"), name: "Anna", created: .at(0)), reusing: false, of: .ann)
        for (number, who) in [SpeakerIdentity.Who.user, .person(anna.id), .user].enumerated() {
            _ = try await store.begin(.of(.ann, "c\(number)", at: Double(number), .said("s\(number)", "text", who)))
        }
        #expect(try await store.merge(ID<Conversation>("c2"), into: ID("c0"), of: .ann) != nil)
        #expect(try await ids(store.list(ConversationQuery(speaker: .person(anna.id)), of: .ann)) == ["c1"])
        #expect(try await ids(store.list(ConversationQuery(speaker: .user), of: .ann)) == ["c0"])
    }

    @Test(arguments: StoreKind.allCases) func `can be cut by time, and by who speaks`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        let anna = try await store.add(Person(id: ID("p1"), name: "Anna", created: .at(0)), reusing: false, of: .ann)
        let voice = try await store.add(NewVoice(id: ID("v1"), voiceprint: .of(1), evidence: .seconds(9), created: .at(0)), of: .ann)
        for (number, who) in [SpeakerIdentity.Who.unknown, .voice(voice.id), .person(anna.id), .user, .voice(voice.id)].enumerated() {
            _ = try await store.begin(.of(.ann, "c\(number)", at: Double(number), .said("s", "text", who)))
        }
        let time = ConversationQuery(from: .at(1), to: .at(4))
        #expect(try await ids(store.list(time, of: .ann)) == ["c3", "c2", "c1"])
        #expect(try await ids(store.list(ConversationQuery(speaker: .person(anna.id)), of: .ann)) == ["c2"])
        #expect(try await ids(store.list(ConversationQuery(speaker: .user), of: .ann)) == ["c3"])
        #expect(try await store.setOwner(.person(anna.id), of: voice.id, of: .ann))
        #expect(try await ids(store.list(ConversationQuery(speaker: .person(anna.id), limit: 2), of: .ann)) == ["c4", "c2"])
        let removed = ConversationUpdate(ID("c4"), removed: [ID("s")])
        #expect(try await store.write(removed, of: .ann))
        #expect(try await ids(store.list(ConversationQuery(speaker: .person(anna.id)), of: .ann)) == ["c2", "c1"])
        #expect(try await ids(store.list(ConversationQuery(speaker: .person(ID("p9"))), of: .ann)) == [])
        #expect(try await ids(store.list(ConversationQuery(speaker: .person(anna.id)), of: .bob)) == [])
    }

    /// In two sessions: one speaks in three conversations, one after the other, and nothing is said in the last one yet.
    @Test(arguments: StoreKind.allCases) func `can be cut to those with a gap`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder), session = ID<Session>("session"), other = ID<Session>("other")
        for number in 0..<4 { _ = try await store.begin(.of(.ann, "c\(number)", at: Double(number) * 1_000, .said("s\(number)", "text"))) }
        for (id, begins, shift) in [("c0", 0, 0), ("c1", 100, -100), ("c2", 200, nil)] as [(String, Int, Int?)] {
            let part = SessionPart(session: session, conversation: ID(id), begins: .seconds(begins), shift: shift.map { .seconds($0) })
            #expect(try await store.join(part, of: .ann))
        }
        #expect(try await store.join(SessionPart(session: other, conversation: ID("c3"), begins: .zero, shift: .zero), of: .ann))
        func found(with gaps: Range<Double>...) async throws -> [String] {
            try await store.setGaps([session: gaps.map { Duration.seconds($0.lowerBound)..<Duration.seconds($0.upperBound) }])
            return try await ids(store.list(ConversationQuery(hasGaps: true), of: .ann))
        }
        #expect(try await found() == [])
        #expect(try await found(with: 150..<160) == ["c1"])
        #expect(try await found(with: 90..<100) == ["c0"])
        #expect(try await found(with: 10..<20, 30..<40) == ["c0"])
        #expect(try await found(with: 90..<110) == ["c1", "c0"])
        #expect(try await found(with: 205..<300) == [], "nobody has spoken")
        #expect(try await found(with: 0..<300) == ["c1", "c0"])
        try await store.setGaps([other: [Duration.seconds(1)..<Duration.seconds(2)]])
        #expect(try await ids(store.list(ConversationQuery(hasGaps: true), of: .ann)) == ["c3", "c1", "c0"])
        let page = try await store.list(ConversationQuery(limit: 2, hasGaps: true), of: .ann)
        #expect(ids(page) == ["c3", "c1"])
        #expect(try await ids(store.list(ConversationQuery(cursor: page.next, limit: 2, hasGaps: true), of: .ann)) == ["c0"])
        #expect(try await ids(store.list(ConversationQuery(to: .at(3_000), hasGaps: true), of: .ann)) == ["c1", "c0"])
        #expect(try await ids(store.list(ConversationQuery(hasGaps: true), of: .bob)) == [])
        // The gap goes where its part of the session goes.
        #expect(try await store.merge(ID<Conversation>("c1"), into: ID("c0"), of: .ann) != nil)
        #expect(try await found(with: 150..<160) == ["c3", "c0"])
        try await store.setGaps([session: [], other: []])
        #expect(try await ids(store.list(ConversationQuery(hasGaps: true), of: .ann)) == [])
    }

    @Test(arguments: StoreKind.allCases) func `has the conversations that are named, in their order`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for number in 0..<4 { _ = try await store.begin(.of(.ann, "c\(number)", at: Double(number), .said("s", "text"))) }
        _ = try await store.begin(.of(.bob, "his", at: 3))
        let whole = try await store.list(ConversationQuery(), of: .ann)
        let page = try await store.listed([ID("c1"), ID("none"), ID("his"), ID("c3")], of: .ann)
        #expect(ids(page) == ["c1", "c3"] && page.next == nil)
        #expect(page.conversations == whole.conversations.filter { page.lengths[$0.id] != nil }.reversed())
        #expect(page.lengths[ID("c3")] == whole.lengths[ID("c3")])
        #expect(try await ids(store.listed([], of: .ann)) == [])
        #expect(try await ids(store.listed([ID("c1")], of: .bob)) == [])
    }

    @Test(arguments: StoreKind.allCases) func `leaves out what was discarded, unless that is wanted`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        _ = try await store.begin(.of(.ann, "kept", at: 0))
        _ = try await store.begin(.of(.ann, "gone", at: 1, status: .discarded))
        #expect(try await ids(store.list(ConversationQuery(), of: .ann)) == ["kept"])
        #expect(try await ids(store.list(ConversationQuery(statuses: [.discarded]), of: .ann)) == ["gone"])
    }

    @Test(arguments: StoreKind.allCases) func `has pages of bounded size, and none for a cursor that is none`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for number in 0..<3 { _ = try await store.begin(.of(.ann, "c\(number)")) }
        #expect(try await store.list(ConversationQuery(limit: -5), of: .ann).conversations.count == 1)
        #expect(try await store.list(ConversationQuery(limit: .max), of: .ann).conversations.count == 3)
        for cursor in ["", ".", "a", "zz.!", "1.2.3", String(repeating: "9", count: 99)] {
            #expect(try await store.list(ConversationQuery(cursor: cursor), of: .ann) == ConversationPage(conversations: [], next: nil))
        }
    }
}
