internal import Conversations
internal import Framing
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// Sends batches of one session's segments to the user's webhook. Called for one batch after the other.
///
/// Segments that the receiver does not take are left to the store: a delivery that sends the segments of the conversation anew, for as long as
/// `DeliveryPromise.webhook` says. Such a delivery is added at the first failure, so a process that is killed loses no segment.
actor TranscriptDelivery {
    enum Outcome: Sendable {
        /// The batch was sent, or the receiver refuses it.
        case done
        /// The webhook was removed or switched off.
        case off
        /// The batch was not sent. `isStored`: a delivery in the store brings its segments.
        case kept(isStored: Bool)
    }

    /// Time after which the user's settings are read again: a removed webhook gets nothing after this time.
    private static let settingsAge: Duration = .seconds(10)
    /// Number of attempts at one batch before its segments are left to the store.
    private static let attempts = 4
    /// The longest wait for which segments stay in memory.
    private static let maxWait: Duration = .seconds(60)
    /// Time in which the session's newest words reach the store.
    private static let storing: Duration = .seconds(2)
    /// Waits between attempts to leave the last segments of a session to a store that cannot be used.
    private static let leavingWaits: [Duration] = [.seconds(1), .seconds(5), .seconds(30), .seconds(60), .seconds(300)]

    private let service: WebhookService
    private let session: ID<Session>
    private let user: ID<User>
    private var webhook: UserWebhook
    private var seed: String
    private var readAt: UnixTime
    /// Deliveries in the store that bring what the receiver did not take, in their order. The first one of a conversation may be under way without
    /// the newest segments. A second one is not begun before the first one is gone, and brings all that was said until then.
    private var left: [ID<Conversation>: [WebhookDelivery]] = [:]
    /// The deliveries by which conversations are listed whose segments the receiver has refused.
    private var refused: [ID<Conversation>: ID<WebhookDelivery>] = [:]

    init(_ service: WebhookService, session: ID<Session>, user: ID<User>, webhook: UserWebhook, seed: String) {
        self.service = service
        self.session = session
        self.user = user
        self.webhook = webhook
        self.seed = seed
        readAt = service.now()
    }

    private var queue: WebhookQueue { WebhookQueue(user: user, content: .transcript) }

    /// Sends a batch, a few times if the receiver fails.
    ///
    /// - Parameters:
    ///   - kept: segments of an earlier batch that was kept. Of these, only what the store has still is sent.
    ///   - isCut: true if the batch had more segments than may wait. The store has the others, so it brings all.
    ///   - conversations: those to which the segments belong.
    func send(
        _ segments: [Segment], kept: Set<ID<Segment>>, isCut: Bool = false, _ document: WebhookDocument, in conversations: [ID<Conversation>]
    ) async -> Outcome {
        guard await isOn() else { return .off }
        do throws(StoreError) {
            // While the store's delivery waits, it brings these segments too.
            if try await isBehind() || isCut { return .kept(isStored: try await leaveNewest(conversations)) }
            let segments = try await current(segments, kept, conversations)
            return segments.isEmpty ? .done : try await deliver(document.segments(segments, of: session), conversations)
        } catch {
            service.log.error("the result of a delivery to a webhook cannot be noted", [.session: session.rawValue, .error: "\(error)"])
            return .kept(isStored: false)
        }
    }

    /// Returns the segments, those that were kept as the store has them: the user may have deleted or redacted them.
    private func current(
        _ segments: [Segment], _ kept: Set<ID<Segment>>, _ conversations: [ID<Conversation>]
    ) async throws(StoreError) -> [Segment] {
        guard !kept.isEmpty else { return segments }
        var stored: [ID<Segment>: Segment] = [:]
        for id in conversations {
            for segment in try await service.store.conversation(id, of: user)?.segments ?? [] { stored[segment.id] = segment }
        }
        return segments.compactMap { kept.contains($0.id) ? stored[$0.id] : $0 }
    }

    private func deliver(_ body: [UInt8], _ conversations: [ID<Conversation>]) async throws(StoreError) -> Outcome {
        let id = service.newID(), begin = service.now(), trigger = UserWebhook.Trigger.transcript
        var failures = 0
        while true {
            let address = WebhookAddress.adding(["uid": user.rawValue, "session_id": session.rawValue], to: webhook.address)
            let secret = service.secrets.secret(of: user, seed: seed)
            let answer = await service.sender.send(body, to: address, secret: secret, delivery: id, under: service.promise)
            let now = service.now()
            switch answer {
            case .accepted:
                try await removeLeft()
                try await service.accepted(trigger, webhook, of: user)
                webhook.outage = nil
                return .done
            case .refused(let failure):
                service.metrics.webhook(trigger.rawValue, .failed)
                try await giveUp(conversations, failure, now)
                return try await failed(isGivenUp: true) ? .done : .off
            case .failed(let failure, let asked):
                failures += 1
                service.metrics.webhook(trigger.rawValue, .repeated)
                let step = service.step(after: failures, failing: now - begin, asked: asked)
                let wait: Duration = if case .again(let wait) = step { wait } else { .zero }
                guard failures < Self.attempts, wait <= Self.maxWait else {
                    let isStored = try await leave(conversations, until: now + wait, failure)
                    return try await failed(isGivenUp: false) ? .kept(isStored: isStored) : .off
                }
                let isStored = try await leave(conversations, until: now + wait + WebhookDeliveries.lease, failure)
                guard (try? await Task.sleep(for: wait)) != nil else { return .kept(isStored: isStored) }
                guard await isOn() else { return .off }
                let count = left.count
                let isBehind = try await self.isBehind()
                // A delivery that is gone was made from the store, or the user has removed it or its conversation.
                guard left.count == count else { return isBehind ? .kept(isStored: true) : .done }
            }
        }
    }

    private func failed(isGivenUp: Bool) async throws(StoreError) -> Bool {
        webhook.outage = webhook.outage ?? WebhookOutage(service.now())
        return try await service.failed(queue, isGivenUp: isGivenUp)
    }

    // MARK: - Deliveries in the store

    /// Returns true if a delivery of the store brings earlier segments still.
    private func isBehind() async throws(StoreError) -> Bool {
        for (conversation, deliveries) in left {
            var waiting: [WebhookDelivery] = []
            for delivery in deliveries { if try await service.store.waits(delivery.id) { waiting.append(delivery) } }
            left[conversation] = waiting.isEmpty ? nil : waiting
        }
        return !left.isEmpty
    }

    /// Leaves the segments of conversations to the store, whose deliveries are not made before `time`, after a failed attempt.
    ///
    /// - Returns: false if the store does not have one of the conversations.
    private func leave(
        _ conversations: [ID<Conversation>], until time: UnixTime, _ failure: DeliveryFailure
    ) async throws(StoreError) -> Bool {
        var isStored = !conversations.isEmpty
        for conversation in conversations {
            if left[conversation] == nil, try await !add(conversation, due: time) { isStored = false }
            for delivery in left[conversation] ?? [] {
                try await service.store.postponeDelivery(delivery.id, until: time, after: failure, at: service.now())
            }
        }
        return isStored
    }

    /// Leaves the newest segments of conversations to the store, behind what it brings already.
    ///
    /// - Returns: false if the store does not have one of the conversations.
    private func leaveNewest(_ conversations: [ID<Conversation>]) async throws(StoreError) -> Bool {
        var isStored = !conversations.isEmpty
        for conversation in conversations where (left[conversation] ?? []).count < 2 {
            if try await !add(conversation, due: service.now() + Self.storing) { isStored = false }
        }
        // The earlier delivery may be gone by now, so that nothing looks for this one.
        Task { [service] in if (try? await Task.sleep(for: Self.storing)) != nil { service.wake() } }
        return isStored
    }

    /// Leaves the last segments of a session to the store when it has all that the session has left.
    ///
    /// - Parameter stored: returns when the store has all; false: it has not taken all.
    /// - Returns: false if the segments are lost.
    func leaveRest(of conversations: [ID<Conversation>], behind stored: @Sendable () async -> Bool) async -> Bool {
        let isWhole = await stored()
        guard await isOn() else { return true }
        for attempt in 0... {
            do throws(StoreError) {
                // The user has deleted a conversation that is not there although all was stored.
                if try await leaveNewest(conversations) || isWhole { return true }
                service.log.error("segments of a session are lost to a webhook, because the store has not taken them", [.session: session.rawValue])
                return false
            } catch {
                service.log.error("the last segments of a session cannot be left to a webhook", [.session: session.rawValue, .error: "\(error)"])
                guard error.mayPass, attempt < Self.leavingWaits.count else { return false }
                try? await Task.sleep(for: Self.leavingWaits[attempt])
            }
        }
        return false
    }

    private func add(_ conversation: ID<Conversation>, due time: UnixTime) async throws(StoreError) -> Bool {
        let delivery = delivery(in: conversation)
        guard try await service.store.add(delivery, due: time) else { return false }
        left[conversation, default: []].append(delivery)
        return true
    }

    private func giveUp(_ conversations: [ID<Conversation>], _ failure: DeliveryFailure, _ now: UnixTime) async throws(StoreError) {
        service.log.warning(
            "segments of a session could not be delivered to a webhook", [.session: session.rawValue, .reason: failure.code])
        // One delivery brings all segments of a conversation when the user sends it again.
        for conversation in conversations {
            var listed = refused[conversation] ?? left[conversation]?.first?.id
            if let id = listed, try await !service.store.giveUpDelivery(id, after: failure, at: now) { listed = nil }
            if listed == nil {
                let delivery = delivery(in: conversation)
                if try await service.store.add(delivery, due: now) {
                    try await service.store.giveUpDelivery(delivery.id, after: failure, at: now)
                    listed = delivery.id
                }
            }
            refused[conversation] = listed
            left[conversation]?.removeAll { $0.id == listed }
        }
        try await removeLeft()
    }

    private func removeLeft() async throws(StoreError) {
        for delivery in left.values.joined() { try await service.store.removeDelivery(delivery.id) }
        left = [:]
    }

    private func delivery(in conversation: ID<Conversation>) -> WebhookDelivery {
        WebhookDelivery(id: ID(service.newID()), user: user, content: .transcript, conversation: conversation, session: session)
    }

    // MARK: - Settings

    /// Returns true if the user still has the webhook. When the settings cannot be read, those that were read before hold.
    private func isOn() async -> Bool {
        let now = service.now()
        guard now - readAt >= Self.settingsAge else { return true }
        do throws(StoreError) {
            let choices = UserChoices(settings: try await service.store.settings(of: user))
            readAt = now
            guard let found = choices.webhooks[.transcript], found.isOn, let known = choices.webhookSeed else { return false }
            (webhook, seed) = (found, known)
        } catch {
            service.log.error("a user's webhook cannot be read", [.session: session.rawValue, .error: "\(error)"])
        }
        return true
    }
}
