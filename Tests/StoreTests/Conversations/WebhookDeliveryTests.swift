import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `Deliveries to webhooks in the store` {
    private let folder = TemporaryFolder()

    private func complete(_ id: String, of user: ID<User> = .ann, as delivery: String?, in store: any ConversationStores) async throws {
        _ = try await store.begin(.of(user, id, status: .processing, .said("s", "hello")))
        try await completeAgain(id, of: user, as: delivery, in: store)
    }

    private func completeAgain(_ id: String, of user: ID<User> = .ann, as delivery: String?, in store: any ConversationStores) async throws {
        var update = ConversationUpdate(ID(id), status: .completed, title: "Hello")
        update.delivery = delivery.map { ID($0) }
        #expect(try await store.write(update, of: user))
    }

    private func claim(_ store: any ConversationStores, at seconds: Double, except: Set<ID<User>> = []) async throws -> WebhookDelivery? {
        try await store.claimDelivery(dueBy: .at(seconds), until: .at(seconds + 40), except: except)
    }

    @Test(arguments: StoreKind.allCases) func `are claimed by one process at a time, the longest due first`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        #expect(try await claim(store, at: 0) == nil)
        try await complete("c1", as: "d1", in: store)
        try await complete("c2", of: .bob, as: "d2", in: store)
        try await complete("c3", as: nil, in: store)
        let first = WebhookDelivery(id: ID("d1"), user: .ann, conversation: ID("c1"), failures: 0)
        let second = WebhookDelivery(id: ID("d2"), user: .bob, conversation: ID("c2"), failures: 0)
        #expect(try await claim(store, at: 0) == first)
        #expect(try await claim(store, at: 0, except: [.bob]) == nil)
        #expect(try await claim(store, at: 1) == second)
        #expect(try await claim(store, at: 39) == nil)
        // Nothing was heard of the process that claimed them.
        #expect(try await claim(store, at: 40) == first)
        #expect(try await claim(store, at: 41) == second)
    }

    @Test(arguments: StoreKind.allCases) func `are claimed once each by processes that claim at the same time`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder), other = try kind.open(in: folder)
        for number in 0..<30 { try await complete("c\(number)", of: ID("user\(number % 7)"), as: "d\(number)", in: store) }
        let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
            for worker in 0..<6 {
                group.addTask {
                    var own: [String] = []
                    var misses = 0
                    // A process that finds another one's claim under way may find nothing once.
                    while misses < 3 {
                        let found = try await (worker % 2 == 0 ? store : other).claimDelivery(dueBy: .at(1), until: .at(60), except: [])
                        if let found { own.append(found.id.rawValue) } else { misses += 1 }
                    }
                    return own
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claimed.count == 30 && Set(claimed).count == 30)
    }

    @Test(arguments: StoreKind.allCases) func `are due again after a failure, until they are removed`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await complete("c1", as: "d1", in: store)
        _ = try await claim(store, at: 0)
        try await store.postponeDelivery(ID("d1"), until: .at(5))
        #expect(try await claim(store, at: 4) == nil)
        #expect(try await claim(store, at: 5)?.failures == 1)
        try await store.removeDelivery(ID("d1"))
        #expect(try await claim(store, at: 1_000) == nil)
        try await store.removeDelivery(ID("d1"))
    }

    @Test(arguments: StoreKind.allCases) func `are added when the conversation is completed, and only then`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await complete("c1", as: "d1", in: store)
        // Another process may complete the conversation at the same time.
        try await completeAgain("c1", as: "d2", in: store)
        #expect(try await claim(store, at: 0)?.id == ID("d1"))
        #expect(try await claim(store, at: 0) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `go with their conversation and with their user`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await complete("c1", as: "d1", in: store)
        #expect(try await store.delete(ID<Conversation>("c1"), of: .ann))
        #expect(try await claim(store, at: 0) == nil)
        try await complete("c2", as: "d2", in: store)
        #expect(try await store.beginDeletion(of: .ann))
        while try await store.deleteRows(of: .ann, sessions: []) {}
        try await store.endDeletion(of: .ann)
        #expect(try await claim(store, at: 0) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `survive a restart`(kind: StoreKind) async throws {
        let first = try kind.open(in: folder)
        try await complete("c1", as: "d1", in: first)
        let second = try kind.open(in: folder)
        #expect(try await claim(second, at: 0)?.conversation == ID("c1"))
    }
}
