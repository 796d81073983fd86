import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Portable data in the store` {
    private let folder = TemporaryFolder()

    /// Gives Ann two people, four voices of which one is merged and one adopted, a conversation that was edited, and a sample learned from it.
    private func fill(_ store: any ConversationStores) async throws {
        for (id, name) in [("p1", "Anna"), ("p2", "Otto")] {
            _ = try await store.add(Person(id: ID(id), name: name, created: .at(1)), reusing: false, of: .ann)
        }
        for number in 1...4 {
            _ = try await store.add(
                NewVoice(id: ID("v\(number)"), voiceprint: try .of(number), evidence: .seconds(number), created: .at(2)), of: .ann)
        }
        #expect(try await store.merge(ID<Voice>("v2"), into: ID<Voice>("v1"), of: .ann))
        #expect(try await store.setOwner(.person(ID("p1")), of: ID("v1"), of: .ann))
        #expect(try await store.setOwner(.person(ID("p2")), of: ID("v3"), of: .ann))
        #expect(try await store.setOwner(.nobody, of: ID("v3"), of: .ann))
        #expect(try await store.adopt(ID("v4"), by: .user, distance: 0.25, of: .ann))
        var talk = Conversation.of(
            .ann, "c1", .said("s1", "one tulip", at: 0, speaker: 0, .voice(ID("v2"))),
            .said("s2", "two tulips", at: 1.0625, speaker: 1, .voice(ID("v3"))), .said("s3", "three tulips", at: 3),
            .said("s4", "four tulips", at: 4))
        talk.call = "call"
        talk.timeout = .seconds(90)
        talk.finalizationReason = "user_stop"
        talk.findings = ConversationFindings(category: .work, actionItems: [.init("Buy tulips")])
        #expect(try await store.begin(talk))
        _ = try await store.setText("edited", of: ID("s3"), in: ID("c1"), of: .ann)
        _ = try await store.assign([ID("s4")], in: ID("c1"), to: .person(ID("p2")), namingVoices: false, of: .ann)
        var title = ConversationUpdate(ID("c1"), title: "Tulips")
        title.isTitledByHand = true
        #expect(try await store.write(title, of: .ann))
        let sample = SpeechSample(
            id: ID("x1"), owner: .person(ID("p2")), duration: .seconds(1), voiceprint: try .of(6), created: .at(9))
        #expect(try await store.learn(VoiceEnrollment(sample, of: [ID("s4")], in: ID("c1"), .makes(ID("v9"))), of: .ann))
    }

    private func move(from store: any ConversationStores, to other: any ConversationStores) async throws -> [TakenCount] {
        var conversation = try #require(try await store.portableConversation(ID("c1"), of: .ann))
        conversation.conversation.user = .bob
        var counts = [try await other.take(store.people(of: .ann), of: .bob), try await other.take(store.portableVoices(of: .ann), of: .bob)]
        counts.append(try await other.take(conversation, of: .bob) ? TakenCount(added: 1) : TakenCount(present: 1))
        counts.append(try await other.take(store.portableSamples(of: .ann), of: .bob))
        return counts
    }

    @Test(arguments: StoreKind.allCases) func `is taken as it was given, and once`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        #expect(try await move(from: store, to: store) == [2, 5, 1, 1].map { TakenCount(added: $0) })
        #expect(try await move(from: store, to: store) == [2, 5, 1, 1].map { TakenCount(present: $0) })
        #expect(try await store.people(of: .bob) == store.people(of: .ann))
        let voices = try await store.portableVoices(of: .bob)
        #expect(try await voices == store.portableVoices(of: .ann))
        #expect(voices.map(\.joined) == [nil, nil, nil, nil, ID("v1")])
        #expect(voices.first { $0.id == ID("v3") }?.rejected == [.person(ID("p2"))])
        #expect(try await store.portableSamples(of: .bob) == store.portableSamples(of: .ann))
        #expect(try await store.portableSamples(of: .bob).first?.sources == [.init(ID("s4"), in: ID("c1"))])
        var taken = try #require(try await store.portableConversation(ID("c1"), of: .bob))
        #expect(taken.isTitledByHand && taken.segments.map(\.isEdited) == [false, false, true, false])
        taken.conversation.user = .ann
        #expect(try await taken == store.portableConversation(ID("c1"), of: .ann))
        // The next voice has a number of its own.
        #expect(try await store.add(NewVoice(id: ID("v7"), voiceprint: try .of(7), evidence: .seconds(1), created: .at(2)), of: .bob).number == 6)
        #expect(try await store.search(SearchQuery("tulip", by: .words), embedding: nil, of: .bob).hits.count == 3)
        #expect(try await store.withoutWindows(model: "m", limit: 9).map(\.user).contains(.bob))
    }

    @Test(arguments: StoreKind.allCases) func `leaves out what it refers to and is not there`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        var conversation = try #require(try await store.portableConversation(ID("c1"), of: .ann))
        conversation.conversation.user = .bob
        #expect(try await store.take(conversation, of: .bob))
        #expect(try await store.conversation(ID("c1"), of: .bob)?.segments.map(\.identity) == [.unknown, .unknown, .unknown, .unknown])
        let voices = try await store.portableVoices(of: .ann)
        #expect(try await store.take(Array(voices.suffix(1)), of: .bob) == TakenCount(incomplete: 1))
        #expect(try await store.take(store.portableSamples(of: .ann), of: .bob) == TakenCount(incomplete: 1))
        #expect(try await store.take(Array(voices.prefix(1)), of: .bob) == TakenCount(added: 1))
        #expect(try await store.voices(of: .bob).map(\.owner) == [.nobody])
    }

    @Test(arguments: StoreKind.allCases) func `gives a sample its file once`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        #expect(try await store.lacksFile(ID("x1"), of: .ann))
        #expect(try await !store.lacksFile(ID("x1"), of: .bob))
        #expect(try await !store.setFile("a.opus", of: ID("x1"), of: .bob))
        #expect(try await store.setFile("a.opus", of: ID("x1"), of: .ann))
        #expect(try await !store.setFile("b.opus", of: ID("x1"), of: .ann))
        #expect(try await !store.lacksFile(ID("x1"), of: .ann))
        #expect(try await store.samples(of: .person(ID("p2")), of: .ann).map(\.file) == ["a.opus"])
    }
}
