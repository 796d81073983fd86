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

@Suite(.hangLimit) struct `Segments to a webhook` {
    private let folder = TemporaryFolder()
    private let user = ID<User>("ann")

    private static func segment(_ id: String, _ text: String) -> Segment { Segment(id: ID(id), text: text, start: .zero, end: .seconds(1)) }

    /// Stores the conversation `c1` with segments.
    private static func store(_ segments: [Segment], of user: ID<User>, in world: ScriptedReceivers) async throws {
        let conversation = Conversation(
            id: ID("c1"), user: user, status: .inProgress, source: "omi", started: world.now, finished: world.now)
        _ = try await world.store.begin(conversation)
        _ = try await world.store.write(ConversationUpdate(ID("c1"), changed: segments, removed: [], isLive: true), of: user)
    }

    /// Tells a session's webhook a segment of the conversation `c1`, and the session's end.
    private func end(
        with segment: Segment, by delivery: TranscriptDelivery, _ metrics: Metrics, on loop: Loop, behind stored: @escaping @Sendable () async -> Bool
    ) {
        loop.execute {
            let webhook = TranscriptWebhook(delivery, metrics: metrics, loop: loop)
            webhook.began(ID("c1"))
            webhook.changed([segment], WebhookDocument(people: [:], owner: nil))
            webhook.ended(behind: stored)
        }
    }

    /// Sends segments of the conversation `c1`, which the store has by then.
    private func send(
        _ segments: [Segment], kept: Set<ID<Segment>> = [], by delivery: TranscriptDelivery, in world: ScriptedReceivers
    ) async throws -> TranscriptDelivery.Outcome {
        if kept.isEmpty { try await Self.store(segments, of: user, in: world) }
        return await delivery.send(segments, kept: kept, WebhookDocument(people: [:], owner: nil), in: [ID("c1")])
    }

    private func delivery(_ service: WebhookService, in world: ScriptedReceivers) async throws -> TranscriptDelivery {
        try await world.choose("ann")
        let webhook = try #require(UserChoices(settings: try await world.store.settings(of: user)).webhooks[.transcript])
        return TranscriptDelivery(service, session: ID("session"), user: user, webhook: webhook, seed: "5eed")
    }

    private func listed(_ isGivenUp: Bool, in world: ScriptedReceivers) async throws -> [ID<WebhookDelivery>] {
        try await world.store.deliveries(DeliveryQuery(isGivenUp: isGivenUp), of: user).deliveries.map(\.delivery.id)
    }

    /// Which data is gone when the receiver is back.
    enum Gone: CaseIterable { case conversation, delivery }

    @Test(arguments: Gone.allCases) func `that wait are not sent when they were deleted or their delivery was removed`(gone: Gone) async throws {
        let isBack = Mutex(false)
        let world = try ScriptedReceivers(in: folder) { _ in isBack.withLock { $0 } ? .status(200) : .status(503, retryAfter: "600") }
        let service = try world.service(), delivery = try await delivery(service, in: world)
        guard case .kept(isStored: true) = try await send([Self.segment("s1", "secret")], by: delivery, in: world) else {
            Issue.record("the store brings it")
            return
        }
        switch gone {
        case .conversation: #expect(try await world.store.delete(ID<Conversation>("c1"), of: user))
        case .delivery:
            for id in try await listed(false, in: world) { #expect(try await world.store.removeDelivery(id, of: user)) }
        }
        isBack.withLock { $0 = true }
        world.move(to: .seconds(700))
        await service.deliverDue()
        #expect(world.requests.count == 1)
        // The session goes on.
        guard case .done = try await send([Self.segment("s2", "later")], by: delivery, in: world) else {
            Issue.record("the receiver takes it")
            return
        }
        #expect(world.requests.count == 2 && !world.requests[1].body.contains("secret"))
    }

    @Test func `that were kept in memory are sent as the store has them`() async throws {
        let world = try ScriptedReceivers(in: folder) { _ in .status(200) }
        let service = try world.service(), delivery = try await delivery(service, in: world)
        _ = try await send([Self.segment("s1", "redacted"), Self.segment("s3", "kept")], by: delivery, in: world)
        let kept = [Self.segment("s1", "secret"), Self.segment("s2", "deleted"), Self.segment("s3", "kept")]
        _ = try await send(kept, kept: Set(kept.map(\.id)), by: delivery, in: world)
        let body = try #require(world.requests.last).body
        #expect(world.requests.count == 2 && body.contains("redacted") && body.contains("kept"))
        #expect(!body.contains("secret") && !body.contains("deleted"))
    }

    @Test(arguments: Gone.allCases) func `are not tried again when they are gone`(gone: Gone) async throws {
        let attempt = Mutex<(@Sendable () async -> Void)?>(nil)
        let world = try ScriptedReceivers(in: folder) { request in
            await attempt.withLock { $0 }?()
            return .status(503)
        }
        let service = try world.service(waits: [.milliseconds(1)]), delivery = try await delivery(service, in: world), user = user
        attempt.withLock {
            $0 = {
                // From the second attempt on there is a delivery in the store.
                guard world.requests.count == 2 else { return }
                switch gone {
                case .conversation: _ = try? await world.store.delete(ID<Conversation>("c1"), of: user)
                case .delivery:
                    let page = try? await world.store.deliveries(DeliveryQuery(isGivenUp: false), of: user)
                    for listed in page?.deliveries ?? [] { _ = try? await world.store.removeDelivery(listed.delivery.id, of: user) }
                }
            }
        }
        let outcome = try await send([Self.segment("s1", "secret")], by: delivery, in: world)
        guard case .done = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(world.requests.count == 2)
    }

    @Test func `that come while the delivery of earlier ones is under way follow it`() async throws {
        let isOver = AtomicFlag()
        let world = try ScriptedReceivers(in: folder) { request in
            guard request.time > .zero else { return .status(503, retryAfter: "600") }
            try? await until { isOver.isSet }
            return .status(200)
        }
        let service = try world.service(), delivery = try await delivery(service, in: world)
        _ = try await send([Self.segment("s1", "earlier")], by: delivery, in: world)
        world.move(to: .seconds(700))
        service.wake()
        try await until { world.requests.count == 2 }
        guard case .kept(isStored: true) = try await send([Self.segment("s2", "last")], by: delivery, in: world) else {
            Issue.record("the store brings it")
            return
        }
        isOver.set()
        await service.deliverDue()
        world.move(to: .seconds(710))
        await service.deliverDue()
        #expect(world.requests.map { $0.body.contains("last") } == [false, false, true])
        #expect(try await listed(false, in: world).isEmpty)
    }

    @Test func `that are refused are listed, each time`() async throws {
        let world = try ScriptedReceivers(in: folder) { _ in .status(404) }
        let service = try world.service(), delivery = try await delivery(service, in: world)
        for number in 0..<2 { _ = try await send([Self.segment("s\(number)", "words")], by: delivery, in: world) }
        let first = try await listed(true, in: world)
        #expect(first.count == 1)
        // The user has it sent again, and meanwhile the receiver refuses more.
        #expect(try await world.store.sendAgain(nil, in: [.transcript], of: user, at: world.now) == 1)
        _ = try await send([Self.segment("s2", "words")], by: delivery, in: world)
        #expect(try await listed(true, in: world) == first)
        for id in first { #expect(try await world.store.removeDelivery(id, of: user)) }
        _ = try await send([Self.segment("s3", "words")], by: delivery, in: world)
        #expect(try await listed(true, in: world).count == 1)
        #expect(try await listed(false, in: world).isEmpty)
    }

    @Test func `that the store gets after the session's end only are delivered then`() async throws {
        let isBack = Mutex(false)
        let world = try ScriptedReceivers(in: folder) { _ in isBack.withLock { $0 } ? .status(200) : .status(503, retryAfter: "600") }
        let service = try world.service(), delivery = try await delivery(service, in: world), metrics = Metrics()
        let group = try LoopGroup(count: 1), words = Self.segment("s1", "last words"), user = user
        defer { group.shutdown() }
        end(with: words, by: delivery, metrics, on: group.loops[0]) { (try? await Self.store([words], of: user, in: world)) != nil }
        try await until { try await !listed(false, in: world).isEmpty }
        isBack.withLock { $0 = true }
        world.move(to: .seconds(700))
        await service.deliverDue()
        #expect(world.requests.map { $0.body.contains("last words") } == [true, true])
        #expect(try await listed(false, in: world).isEmpty)
        #expect(!metrics.rendered().contains("harken_webhook_segments_dropped_total{"))
    }

    @Test func `that the store has not taken by the session's end are counted as lost`() async throws {
        let world = try ScriptedReceivers(in: folder) { _ in .status(503, retryAfter: "600") }
        let service = try world.service(), delivery = try await delivery(service, in: world), metrics = Metrics()
        let group = try LoopGroup(count: 1)
        defer { group.shutdown() }
        end(with: Self.segment("s1", "words"), by: delivery, metrics, on: group.loops[0]) { false }
        try await until { metrics.rendered().contains("harken_webhook_segments_dropped_total{} 1") }
        #expect(try await listed(false, in: world).isEmpty)
    }

    @Test func `that are more than may wait are all brought by the store`() async throws {
        let world = try ScriptedReceivers(in: folder) { _ in .status(200) }
        let service = try world.service(), delivery = try await delivery(service, in: world), last = Self.segment("s2", "waits")
        try await Self.store([Self.segment("s1", "dropped"), last], of: user, in: world)
        let outcome = await delivery.send([last], kept: [], isCut: true, WebhookDocument(people: [:], owner: nil), in: [ID("c1")])
        guard case .kept(isStored: true) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(world.requests.isEmpty)
        world.move(to: .seconds(10))
        await service.deliverDue()
        #expect(world.requests.map { $0.body.contains("dropped") && $0.body.contains("waits") } == [true])
    }
}
