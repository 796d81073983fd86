import Conversations
import HarkenTesting
@testable import Live
import Net
import Observability
import Protocols
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `Deliveries to webhooks` {
    private let folder = TemporaryFolder()

    private func givenUp(_ world: ScriptedReceivers, _ user: String) async throws -> [ListedDelivery] {
        try await world.store.deliveries(DeliveryQuery(isGivenUp: true), of: ID(user)).deliveries
    }

    @Test(arguments: [ScriptedReceivers.Answer.error(.unreachable), .status(503), .status(429), .status(500), .error(.timedOut), .error(.unresolved)])
    func `outlive an outage of ten minutes, in order and with one key each`(answer: ScriptedReceivers.Answer) async throws {
        let world = try ScriptedReceivers(in: folder) { request in request.time < .seconds(600) ? answer : .status(200) }
        let service = try world.service()
        try await world.choose("ann")
        for number in 0..<20 {
            try await world.complete("c\(number)", of: "ann")
            await world.pass(to: .seconds(30 * (number + 1)), service)
        }
        await world.pass(to: .seconds(1_500), service)
        let taken = world.requests.filter { $0.time >= .seconds(600) }
        #expect(taken.map(\.conversation) == (0..<20).map { "c\($0)" })
        #expect(taken.map(\.key) == (0..<20).map { "delivery-c\($0)" })
        // Only the first one was tried meanwhile, a few times, with its key.
        let missed = world.requests.filter { $0.time < .seconds(600) }
        #expect(Set(missed.map(\.key)) == ["delivery-c0"] && (2...6).contains(missed.count))
        let page = try await world.store.deliveries(DeliveryQuery(isGivenUp: false), of: ID("ann"))
        #expect(page == DeliveryPage())
        #expect(try await world.store.settings(of: ID("ann"))["webhook_conversation_outage"] == nil)
    }

    @Test(arguments: [
        (503, "120", 120), (429, "120", 120), (503, "Fri, 27 Nov 2026 10:02:00 GMT", 120), (429, "Fri, 27 Nov 2026 10:10:00 GMT", 600),
        // At most an hour.
        (503, "100000", 3_600), (429, "Sun, 29 Nov 2026 10:00:00 GMT", 3_600),
    ]) func `follow when the receiver says, of status 429 and 503`(status: Int, retryAfter: String, wait: Int) async throws {
        let world = try ScriptedReceivers(in: folder) { request in
            request.time < .seconds(wait) ? .status(status, retryAfter: retryAfter) : .status(200)
        }
        let service = try world.service()
        try await world.choose("ann")
        try await world.complete("c1", of: "ann")
        await world.pass(to: .seconds(wait + 60), service)
        #expect(world.requests.map(\.time) == [.zero, .seconds(wait)])
    }

    @Test func `are given up after 24 hours, listed with the cause, and switch the webhook off`() async throws {
        let isBack = Mutex(false)
        let world = try ScriptedReceivers(in: folder) { _ in isBack.withLock { $0 } ? .status(200) : .error(.unreachable) }
        let service = try world.service(), user = ID<User>("ann")
        try await world.choose("ann")
        for id in ["c1", "c2", "c3"] { try await world.complete(id, of: "ann") }
        await world.pass(to: .seconds(86_300), each: .seconds(60), service)
        #expect(try await givenUp(world, "ann").isEmpty)
        #expect(try await world.store.settings(of: user)["webhook_conversation_disabled_at"] == nil)
        await world.pass(to: .seconds(90_000), each: .seconds(60), service)
        // The first one had its 24 hours; the second one shows that it is not the first one's fault.
        #expect(try await givenUp(world, "ann").map(\.failure) == [.unreachable, .unreachable, .switchedOff])
        let settings = try await world.store.settings(of: user)
        #expect(settings["webhook_conversation_disabled_at"] != nil)
        #expect(WebhookOutage(stored: settings["webhook_conversation_outage"] ?? "")?.since == ScriptedReceivers.start)
        #expect((40...80).contains(world.requests.count) && Set(world.requests.map(\.key)) == ["delivery-c1", "delivery-c2"])
        let count = world.requests.count
        // Nothing is sent while the webhook is off, and what is completed is kept for later.
        try await world.complete("c4", of: "ann")
        await world.pass(to: .seconds(180_000), each: .seconds(600), service)
        #expect(world.requests.count == count)
        #expect(try await givenUp(world, "ann").map(\.failure).last == .switchedOff)
        // Switched on again, it gets all of it.
        isBack.withLock { $0 = true }
        try await world.store.set("webhook_conversation_disabled_at", to: nil, of: user)
        try await world.store.sendAgain(
            givenUpSince: ScriptedReceivers.start, in: WebhookQueue(user: user, content: .conversation), at: world.now)
        await service.deliverDue()
        #expect(world.requests.dropFirst(count).map(\.conversation) == ["c1", "c2", "c3", "c4"])
        #expect(world.requests.dropFirst(count).map(\.key) == ["delivery-c1", "delivery-c2", "delivery-c3", "delivery-c4"])
        #expect(try await world.store.settings(of: user)["webhook_conversation_outage"] == nil)
    }

    @Test func `that a receiver refuses are given up at once, and switch nothing off`() async throws {
        let world = try ScriptedReceivers(in: folder) { _ in .status(404) }
        let service = try world.service()
        try await world.choose("ann")
        for number in 0..<30 { try await world.complete("c\(number)", of: "ann") }
        await world.pass(to: .seconds(3_600), each: .seconds(60), service)
        #expect(world.requests.map(\.conversation) == (0..<30).map { "c\($0)" })
        #expect(try await givenUp(world, "ann").map(\.failure) == Array(repeating: .refused(status: 404), count: 30))
        #expect(try await world.store.settings(of: ID("ann"))["webhook_conversation_disabled_at"] == nil)
    }

    @Test func `at which one conversation fails do not end the others`() async throws {
        let world = try ScriptedReceivers(in: folder) { request in request.conversation == "c1" ? .status(500) : .status(200) }
        let service = try world.service()
        try await world.choose("ann")
        for id in ["c1", "c2", "c3"] { try await world.complete(id, of: "ann") }
        await world.pass(to: .seconds(90_000), each: .seconds(60), service)
        #expect(world.requests.suffix(2).map(\.conversation) == ["c2", "c3"])
        #expect(try await givenUp(world, "ann").map(\.failure) == [.failed(status: 500)])
        #expect(try await world.store.settings(of: ID("ann"))["webhook_conversation_disabled_at"] == nil)
    }

    @Test func `of what was deleted are not made`() async throws {
        let world = try ScriptedReceivers(in: folder) { request in request.time < .seconds(600) ? .status(503) : .status(200) }
        let service = try world.service()
        for user in ["ann", "bob"] { try await world.choose(user) }
        for id in ["c1", "c2"] { try await world.complete(id, of: "ann") }
        try await world.complete("c3", of: "bob")
        await world.pass(to: .seconds(100), service)
        #expect(try await world.store.delete(ID<Conversation>("c1"), of: ID("ann")))
        #expect(try await world.store.beginDeletion(of: ID("bob")))
        await world.pass(to: .seconds(2_000), service)
        #expect(Set(world.requests.filter { $0.time >= .seconds(100) }.map(\.conversation)) == ["c2"])
        #expect(world.requests.filter { $0.time >= .seconds(600) }.map(\.conversation) == ["c2"])
    }

    @Test func `to hanging receivers hold up no others, and are few at once`() async throws {
        let isOver = AtomicFlag(), hanging = Mutex(0)
        let world = try ScriptedReceivers(in: folder) { request in
            guard request.host != "fast", request.time > .zero else { return request.host == "fast" ? .status(200) : .status(503) }
            hanging.withLock { $0 += 1 }
            try? await until { isOver.isSet }
            return .error(.timedOut)
        }
        let service = try world.service()
        for number in 0..<40 {
            try await world.choose("slow\(number)")
            try await world.complete("c\(number)", of: "slow\(number)")
        }
        await service.deliverDue()
        #expect(world.requests.count == 40)
        world.move(to: .seconds(60))
        service.wake()
        try await until { hanging.withLock { $0 } == 24 }
        try await world.choose("fast")
        for number in 0..<5 { try await world.complete("f\(number)", of: "fast") }
        service.wake()
        try await until { world.requests(to: "fast").count == 5 }
        #expect(hanging.withLock { $0 } == 24)
        isOver.set()
        await service.deliverDue()
        #expect(hanging.withLock { $0 } == 40)
    }

    @Test func `are made once each, in order, by several gateways on one store`() async throws {
        let world = try ScriptedReceivers(in: folder) { _ in .status(200) }
        let services = try (1...3).map { try world.service(seed: $0) }
        for user in ["ann", "bob", "cleo"] {
            try await world.choose(user)
            for number in 0..<15 { try await world.complete("\(user)\(number)", of: user) }
        }
        await withTaskGroup(of: Void.self) { group in for service in services { group.addTask { await service.deliverDue() } } }
        // A gateway that found another one's delivery under way looks again some seconds later.
        try await until {
            for service in services { await service.deliverDue() }
            return world.requests.count >= 45
        }
        for user in ["ann", "bob", "cleo"] {
            #expect(world.requests(to: user).map(\.conversation) == (0..<15).map { "\(user)\($0)" })
        }
    }
}
