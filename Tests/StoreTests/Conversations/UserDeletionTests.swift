import Conversations
import Foundation
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Deletion of a user's rows` {
    private let folder = TemporaryFolder()

    @Test(.hangLimit, arguments: StoreKind.allCases)
    func `takes all of one user's, in parts, and nothing of another's`(kind: StoreKind) async throws {
        let backEnd = try kind.backEnd(in: folder), stores = backEnd.stores(now: { .at(5) }), store = stores.conversations
        for user in [ID<User>.ann, .bob] {
            for number in 0..<50 {
                _ = try await store.begin(.of(user, "c\(number)", .said("s", "hello \(user)", at: 0)))
            }
            _ = try await store.join(SessionPart(session: ID("session-\(user)"), conversation: ID("c1"), begins: .zero, shift: .zero), of: user)
            _ = try await store.add(Person(id: ID("p1"), name: "Friend of \(user)", created: .at(0)), reusing: false, of: user)
            _ = try await store.add(
                NewVoice(id: ID("v1"), owner: .person(ID("p1")), voiceprint: try .of(1), evidence: .seconds(9), created: .at(0)), of: user)
            try await store.set("name", to: "\(user)", of: user)
            #expect(
                try await stores.uploads.add(Upload(id: ID("up-\(user)"), user: user, byteCount: 1, created: .at(0)), most: 10, userMost: nil)
                    == .added)
        }
        #expect(try await !store.beginDeletion(of: ID("nobody")))
        #expect(try await store.beginDeletion(of: .ann))
        #expect(try await store.deletions() == [PendingUserDeletion(user: .ann, since: .at(5), conversations: 50)])
        #expect(try await store.belongings(of: .ann).uploads == [ID("up-ann")])
        var calls = 0
        while try await store.deleteRows(of: .ann, sessions: [ID("other-session")]) { calls += 1 }
        #expect(calls > 2)
        #expect(Set(try await store.forgottenSpeech(of: nil).map(\.session)) == [ID("session-ann"), ID("other-session")])
        #expect(try await store.forgottenSpeech(of: ID("session-ann")).isAll)
        #expect(try await store.list(ConversationQuery(limit: 200), of: .ann).conversations.isEmpty)
        #expect(try await store.voices(of: .ann).isEmpty)
        #expect(try await store.people(of: .ann).isEmpty)
        #expect(try await store.settings(of: .ann).isEmpty)
        #expect(try await store.list(ConversationQuery(limit: 200), of: .bob).conversations.count == 50)
        #expect(try await store.people(of: .bob).count == 1)
        #expect(try await stores.uploads.all() == ["up-bob"])
        try await store.endDeletion(of: .ann)
        try await store.settle()
        #expect(try await store.deletions().isEmpty)
        // The name may come again, of another person.
        _ = try await store.begin(.of(.ann, "c1", .said("s", "hello", at: 0)))
        #expect(try await store.conversation(ID("c1"), of: .ann)?.segments.count == 1)
    }

    @Test(arguments: StoreKind.allCases) func `leaves keys as revoked ones without a name`(kind: StoreKind) async throws {
        let backEnd = try kind.backEnd(in: folder), store = backEnd.conversations(now: { .at(5) })
        let keys = try backEnd.keys(hashing: TestHashing(), now: { .at(5) })
        let made = try await keys.create(AccessKeyRequest(name: "phone of Ann", user: .ann, scopes: []))
        #expect(try await store.beginDeletion(of: .ann))
        #expect(try await keys.verify(made.text) == .revoked)
        while try await store.deleteRows(of: .ann, sessions: []) {}
        try await store.endDeletion(of: .ann)
        #expect(try await keys.verify(made.text) == .unknown)
        let left = try #require(try await keys.list().first)
        #expect(left.user == .deleted && left.name == nil && left.prefix.isEmpty && left.revoked != nil)
        // An installation without keys would be open to everybody.
        #expect(try await !keys.isEmpty())
    }
}
