import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `People and voices that are gone` {
    private let folder = TemporaryFolder()
    private let id = ID<Conversation>("c1")
    private let person = ID<Person>("p1")

    /// A person who has said more than one part's worth of segments, half of them by voice and half by hand, and who was merged from two.
    private func fill(_ store: any ConversationStores) async throws {
        for (id, name) in [("p1", "Anna"), ("p2", "Anne")] {
            _ = try await store.add(Person(id: ID(id), name: name, created: .at(1)), reusing: false, of: .ann)
        }
        let voice = NewVoice(id: ID("v1"), owner: .person(person), voiceprint: try .of(1), evidence: .seconds(9), created: .at(2))
        _ = try await store.add(voice, of: .ann)
        var conversation = Conversation.of(.ann, "c1")
        let other = NewVoice(id: ID("v2"), owner: .user, voiceprint: try .of(2), evidence: .seconds(9), created: .at(2))
        _ = try await store.add(other, of: .ann)
        // What is the person's by hand sounds like the user, or like nobody.
        let voices: [SpeakerIdentity.Who] = [.voice(voice.id), .voice(other.id), .voice(voice.id), .unknown]
        conversation.segments = (0..<1_400).map { .said("s\($0)", "harbour", at: Double($0), voices[$0 % 4]) }
        _ = try await store.begin(conversation)
        for (remainder, person) in [(1, "p1"), (3, "p2")] {
            let segments = (0..<1_400).filter { $0 % 4 == remainder }.map { ID<Segment>("s\($0)") }
            _ = try await store.assign(segments, in: id, to: .person(ID(person)), namingVoices: false, of: .ann)
        }
        #expect(try await store.merge(ID<Person>("p2"), into: person, of: .ann))
    }

    private func speakers(_ store: any ConversationStores) async throws -> Set<SpeakerIdentity.Who> {
        Set(try await store.conversation(id, of: .ann)?.segments.map(\.identity.who) ?? [])
    }

    @Test(arguments: StoreKind.allCases) func `are gone for every reader from the first moment`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await fill(store)
        #expect(try await speakers(store) == [.person(person)])
        let theirs = ConversationQuery(speaker: .person(person))
        #expect(try await store.list(theirs, of: .ann).conversations.map(\.id) == [id])
        #expect(try await store.delete(person, of: .ann))
        for isSettled in [false, true] {
            if isSettled { try await store.settle() }
            #expect(try await speakers(store) == [.unknown])
            #expect(try await store.outlines(of: [id], of: .ann)[id]?.speakers.map(\.who).contains(.person(person)) == false)
            #expect(try await store.list(theirs, of: .ann).conversations == [])
            #expect(try await store.people(of: .ann) == [])
            #expect(try await store.voices(of: .ann).map(\.id) == [ID("v2")])
            #expect(try await store.voiceCount(of: .ann) == VoiceCount(all: 1, unnamed: 0, heard: 0))
            #expect(try await !store.rename(person, to: "Otto", of: .ann))
            #expect(try await !store.setOwner(.user, of: ID("v1"), of: .ann))
        }
        // The ids are free.
        _ = try await store.add(Person(id: person, name: "Another", created: .at(3)), reusing: false, of: .ann)
        #expect(try await speakers(store) == [.unknown])
        #expect(try await store.list(theirs, of: .ann).conversations == [])
    }

    /// The moment at which a gateway is killed.
    enum Kill: CaseIterable, Sendable {
        case beforeTheFirstPart
        case betweenTwoParts
        case afterAMergedPerson
    }

    @Test(arguments: Kill.allCases, StoreKind.allCases)
    func `are removed from all rows by the next start after a crash`(kill: Kill, kind: StoreKind) async throws {
        try await fill(kind.open(in: folder))
        let database = try kind.database(in: folder)
        try await database.write { (connection) throws(StoreError) in
            try connection.run("UPDATE voices SET is_gone = TRUE, person = NULL")
            try connection.run("UPDATE people SET is_gone = TRUE")
            guard kill != .beforeTheFirstPart else { return }
            try connection.run("UPDATE segments SET voice = NULL WHERE number IN (SELECT number FROM segments WHERE voice IS NOT NULL LIMIT 300)")
            guard kill == .afterAMergedPerson else { return }
            try connection.run("UPDATE segments SET voice = NULL")
            try connection.run("UPDATE segments SET person = NULL WHERE person IN (SELECT number FROM people WHERE joined_to IS NOT NULL)")
            try connection.run("DELETE FROM people WHERE joined_to IS NOT NULL")
        }
        try await kind.open(in: folder).settle()
        let left = try await database.read { (connection) throws(StoreError) in
            try connection.integer(
                """
                SELECT (SELECT count(*) FROM segments WHERE person IS NOT NULL OR voice IS NOT NULL) + (SELECT count(*) FROM people)
                + (SELECT count(*) FROM voices)
                """)
        }
        #expect(left == 0)
    }
}
