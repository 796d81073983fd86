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

    private func claim(
        _ store: any ConversationStores, at seconds: Double, except: [ID<User>] = [], onlyUntried: Bool = false
    ) async throws -> WebhookDelivery? {
        try await store.claimDelivery(
            dueBy: .at(seconds), until: .at(seconds + 40), except: Set(except.map { WebhookQueue(user: $0, content: .conversation) }),
            onlyUntried: onlyUntried)
    }

    private func listed(_ store: any ConversationStores, _ isGivenUp: Bool, of user: ID<User> = .ann) async throws -> [String] {
        try await store.deliveries(DeliveryQuery(isGivenUp: isGivenUp), of: user).deliveries.map(\.delivery.id.rawValue)
    }

    @Test(arguments: StoreKind.allCases) func `are claimed by one process at a time, the longest due first`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        #expect(try await claim(store, at: 0) == nil)
        try await complete("c1", as: "d1", in: store)
        try await complete("c2", of: .bob, as: "d2", in: store)
        try await complete("c3", as: nil, in: store)
        let first = WebhookDelivery(id: ID("d1"), user: .ann, conversation: ID("c1"))
        let second = WebhookDelivery(id: ID("d2"), user: .bob, conversation: ID("c2"))
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
        for number in 0..<30 { try await complete("c\(number)", of: ID("user\(number)"), as: "d\(number)", in: store) }
        let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
            for worker in 0..<6 {
                group.addTask {
                    var own: [String] = []
                    var misses = 0
                    // A process that finds another one's claim under way may find nothing once.
                    while misses < 3 {
                        let found = try await (worker % 2 == 0 ? store : other).claimDelivery(
                            dueBy: .at(1), until: .at(60), except: [], onlyUntried: false)
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
        try await store.postponeDelivery(ID("d1"), until: .at(5), after: .failed(status: 503), at: .at(1))
        #expect(try await claim(store, at: 4) == nil)
        #expect(try await claim(store, at: 4, onlyUntried: true) == nil)
        #expect(
            try await claim(store, at: 5)
                == WebhookDelivery(id: ID("d1"), user: .ann, conversation: ID("c1"), failures: 1, failingSince: .at(1)))
        try await store.postponeDelivery(ID("d1"), until: .at(50), after: .timedOut, at: .at(6))
        // One that has failed leaves the last places to others.
        try await complete("c2", of: .bob, as: "d2", in: store)
        #expect(try await claim(store, at: 50, onlyUntried: true)?.id == ID("d2"))
        #expect(try await claim(store, at: 50)?.failingSince == .at(1))
        try await store.removeDelivery(ID("d2"))
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

    @Test(arguments: StoreKind.allCases) func `are claimed in the order of their conversations, one at a time`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for number in 1...3 { try await complete("c\(number)", as: "d\(number)", in: store) }
        try await complete("c4", of: .bob, as: "d4", in: store)
        #expect(
            try await store.add(
                WebhookDelivery(id: ID("t1"), user: .ann, content: .transcript, conversation: ID("c1"), session: ID("session")), due: .at(0)))
        #expect(try await store.add(WebhookDelivery(id: ID("t2"), user: .ann, conversation: ID("none")), due: .at(0)) == false)
        // The first one waits: none overtakes it, and no other user and content waits for it.
        #expect(try await claim(store, at: 0)?.id == ID("d1"))
        try await store.postponeDelivery(ID("d1"), until: .at(1_000), after: .unreachable, at: .at(1))
        #expect(try await claim(store, at: 1)?.id == ID("d4"))
        let transcript = try await claim(store, at: 1)
        #expect(transcript?.id == ID("t1") && transcript?.content == .transcript && transcript?.session == ID("session"))
        #expect(try await claim(store, at: 2) == nil)
        #expect(try await store.hasWaiting(in: WebhookQueue(user: .ann, content: .conversation)))
        try await store.removeDelivery(ID("d4"))
        try await store.removeDelivery(ID("t1"))
        #expect(try await claim(store, at: 999) == nil)
        #expect(try await claim(store, at: 1_000)?.id == ID("d1"))
        try await store.removeDelivery(ID("d1"))
        #expect(try await claim(store, at: 1_001)?.id == ID("d2"))
        #expect(try await claim(store, at: 1_001) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `are listed with the reason when given up, and sent again in order`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        for number in 1...5 { try await complete("c\(number)", as: "d\(number)", in: store) }
        try await complete("c6", of: .bob, as: "d6", in: store)
        try await store.giveUpDelivery(ID("d1"), after: .refused(status: 404), at: .at(7))
        #expect(try await store.waits(ID("d1")) == false)
        #expect(try await store.waits(ID("d2")))
        #expect(try await claim(store, at: 8)?.id == ID("d2"))
        try await store.postponeDelivery(ID("d2"), until: .at(50), after: .failed(status: 503), at: .at(9))
        try await store.giveUpDeliveries(of: WebhookQueue(user: .ann, content: .conversation), at: .at(10))
        #expect(try await store.hasWaiting(in: WebhookQueue(user: .ann, content: .conversation)) == false)
        let page = try await store.deliveries(DeliveryQuery(isGivenUp: true), of: .ann)
        #expect(page.deliveries.map(\.delivery.id) == (1...5).map { ID("d\($0)") } && page.waiting == 0 && page.givenUp == 5)
        #expect(page.deliveries.map(\.failure) == [.refused(status: 404), .failed(status: 503), .switchedOff, .switchedOff, .switchedOff])
        // The refused attempt counts; a webhook that is switched off is not tried.
        #expect(page.deliveries.map(\.delivery.failures) == [1, 1, 0, 0, 0])
        #expect(page.deliveries.map(\.givenUp) == [.at(7), .at(10), .at(10), .at(10), .at(10)])
        #expect(page.deliveries[0].title == "Hello" && page.deliveries[0].delivery.conversation == ID("c1"))
        #expect(try await store.deliveries(DeliveryQuery(isGivenUp: true), of: .bob).deliveries.isEmpty)
        // Pages.
        let first = try await store.deliveries(DeliveryQuery(isGivenUp: true, limit: 2), of: .ann)
        let second = try await store.deliveries(DeliveryQuery(isGivenUp: true, cursor: first.next, limit: 3), of: .ann)
        #expect(first.deliveries + second.deliveries == page.deliveries && second.next == nil)
        #expect(try await store.deliveries(DeliveryQuery(isGivenUp: true, cursor: "x"), of: .ann).deliveries.isEmpty)
        // Another user reaches none of them.
        #expect(try await store.sendAgain(ID("d3"), in: [.conversation], of: .bob, at: .at(60)) == 0)
        #expect(try await store.removeDelivery(ID("d3"), of: .bob) == false)
        #expect(try await store.sendAgain(ID("d3"), in: [.conversation], of: .ann, at: .at(60)) == 1)
        #expect(try await store.sendAgain(ID("none"), in: [.conversation], of: .ann, at: .at(60)) == 0)
        try await store.sendAgain(givenUpSince: .at(10), in: WebhookQueue(user: .ann, content: .conversation), at: .at(60))
        #expect(try await listed(store, false) == ["d2", "d3", "d4", "d5"])
        #expect(try await listed(store, true) == ["d1"])
        #expect(try await claim(store, at: 60, except: [.bob]) == WebhookDelivery(id: ID("d2"), user: .ann, conversation: ID("c2")))
        #expect(try await store.sendAgain(nil, in: [.conversation], of: .ann, at: .at(61)) == 1)
        // The earlier one comes first again.
        #expect(try await claim(store, at: 61, except: [.bob])?.id == ID("d1"))
        // One that waits may be due at once, by hand or with its queue.
        try await store.postponeDelivery(ID("d1"), until: .at(500), after: .timedOut, at: .at(62))
        #expect(try await store.sendAgain(ID("d1"), in: [.conversation], of: .ann, at: .at(63)) == 1)
        #expect(try await claim(store, at: 63, except: [.bob])?.failures == 0)
        try await store.postponeDelivery(ID("d1"), until: .at(500), after: .timedOut, at: .at(64))
        try await store.sendAgain(givenUpSince: nil, in: WebhookQueue(user: .ann, content: .conversation), at: .at(65))
        #expect(try await claim(store, at: 65, except: [.bob])?.failures == 1)
        #expect(try await store.removeDelivery(ID("d5"), of: .ann))
        #expect(try await store.removeDelivery(ID("d5"), of: .ann) == false)
        #expect(try await listed(store, false) == ["d1", "d2", "d3", "d4"])
        // What is deleted is neither listed nor sent.
        #expect(try await store.delete(ID<Conversation>("c3"), of: .ann))
        #expect(try await listed(store, false) == ["d1", "d2", "d4"])
    }

    @Test(arguments: StoreKind.allCases) func `are sent again only to webhooks that are on`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await complete("c1", as: "d1", in: store)
        let segments = WebhookDelivery(id: ID("t1"), user: .ann, content: .transcript, conversation: ID("c1"), session: ID("session"))
        #expect(try await store.add(segments, due: .at(0)))
        for id in ["d1", "t1"] { try await store.giveUpDelivery(ID(id), after: .refused(status: 404), at: .at(1)) }
        #expect(try await store.content(of: ID("d1"), of: .ann) == .conversation)
        #expect(try await store.content(of: ID("t1"), of: .ann) == .transcript)
        #expect(try await store.content(of: ID("t1"), of: .bob) == nil)
        #expect(try await store.sendAgain(ID("d1"), in: [.transcript], of: .ann, at: .at(2)) == 0)
        #expect(try await store.sendAgain(nil, in: [], of: .ann, at: .at(2)) == 0)
        #expect(try await store.sendAgain(nil, in: [.transcript], of: .ann, at: .at(2)) == 1)
        let page = try await store.deliveries(DeliveryQuery(isGivenUp: true), of: .ann)
        #expect(page.deliveries.map(\.delivery.id) == [ID("d1")] && page.waiting == 1 && page.givenUp == 1)
        #expect(try await store.sendAgain(ID("d1"), in: [.conversation], of: .ann, at: .at(3)) == 1)
    }

    @Test(arguments: StoreKind.allCases) func `of a user who is being deleted are not claimed`(kind: StoreKind) async throws {
        let store = try kind.open(in: folder)
        try await complete("c1", as: "d1", in: store)
        #expect(try await store.beginDeletion(of: .ann))
        #expect(try await claim(store, at: 0) == nil)
    }

    @Test(arguments: StoreKind.allCases) func `survive a restart`(kind: StoreKind) async throws {
        let first = try kind.open(in: folder)
        try await complete("c1", as: "d1", in: first)
        let second = try kind.open(in: folder)
        #expect(try await claim(second, at: 0)?.conversation == ID("c1"))
    }
}
