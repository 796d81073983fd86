import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `The list of users` {
    private let folder = TemporaryFolder()

    @Test(arguments: StoreKind.allCases) func `has all who have a key or data, with what is stored of them`(kind: StoreKind) async throws {
        let backEnd = try kind.backEnd(in: folder), store = backEnd.conversations(now: { .at(0) })
        #expect(try await store.users(after: nil, limit: 10) == [])
        _ = try await backEnd.keys(hashing: TestHashing(), now: { .at(0) }).create(AccessKeyRequest(user: ID("dora")))
        for number in 1...3 {
            let id = ID<Conversation>("c\(number)")
            _ = try await store.begin(.of(.ann, id.rawValue, at: Double(number) * 100))
            let audio = StoredAudio(file: "a\(number)", start: .zero, duration: .seconds(1), byteCount: 1_000, created: .at(0))
            #expect(try await store.add(audio, to: id, of: .ann))
        }
        // What can be restored is not counted, and who is deleted is nobody.
        #expect(try await store.delete(ID<Conversation>("c3"), of: .ann, keptUntil: .at(9)) != nil)
        _ = try await store.begin(.of(ID("bob"), "c", at: 5))
        #expect(try await store.beginDeletion(of: ID("bob")))
        while try await store.deleteRows(of: ID("bob"), sessions: []) {}
        try await store.set("name", to: "Carl", of: ID("carl"))
        let all = [
            StoredUser(.ann, conversations: 2, audioBytes: 2_000, lastConversation: .at(200)), StoredUser(ID("carl")), StoredUser(ID("dora")),
        ]
        #expect(try await store.users(after: nil, limit: 10) == all)
        #expect(try await store.users(after: nil, limit: 2) == Array(all.prefix(2)))
        #expect(try await store.users(after: ID("carl"), limit: 2) == Array(all.suffix(1)))
        #expect(try await store.users(after: ID("dora"), limit: 2) == [])
    }
}
