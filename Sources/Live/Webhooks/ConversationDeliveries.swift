internal import Conversations
internal import Framing
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// Sends completed conversations to their users' webhooks, one at a time for each user. The store keeps each delivery until it is made or given up,
/// so a delivery that a killed process has begun is repeated.
actor ConversationDeliveries {
    /// Users to whose webhooks conversations are being sent.
    private var underWay: Set<ID<User>> = []
    private var isLooking = false
    private var looksAgain = false
    private var isStopped = false

    private static let maxUnderWay = 32
    /// Time after which another process may repeat a delivery that this process has not ended: longer than one attempt.
    private static let lease: Duration = .seconds(45)

    /// Leaves the deliveries to the next run. What the receiver takes until the process ends counts.
    func stop() { isStopped = true }

    /// Starts the deliveries that are due.
    func look(_ service: WebhookService) async {
        looksAgain = true
        guard !isLooking, !isStopped else { return }
        isLooking = true
        while looksAgain {
            looksAgain = false
            do throws(StoreError) {
                while underWay.count < Self.maxUnderWay, !isStopped {
                    let now = service.now()
                    guard let delivery = try await service.store.claimDelivery(dueBy: now, until: now + Self.lease, except: underWay) else { break }
                    underWay.insert(delivery.user)
                    Task { await deliver(delivery, service) }
                }
            } catch {
                service.log.error("conversations for webhooks cannot be read", [.error: "\(error)"])
            }
        }
        isLooking = false
    }

    private func deliver(_ delivery: WebhookDelivery, _ service: WebhookService) async {
        var wait: Duration?
        do throws(StoreError) { wait = try await attempt(delivery, service) } catch {
            // The delivery is due again when its lease ends.
            service.log.error(
                "the delivery of a conversation to a webhook cannot be noted", [.conversation: delivery.conversation.rawValue, .error: "\(error)"])
        }
        underWay.remove(delivery.user)
        await look(service)
        if let wait, (try? await Task.sleep(for: wait)) != nil { await look(service) }
    }

    /// - Returns: the time until the next attempt; nil when there is none.
    private func attempt(_ delivery: WebhookDelivery, _ service: WebhookService) async throws(StoreError) -> Duration? {
        let user = delivery.user, store = service.store
        let choices = UserChoices(settings: try await store.settings(of: user))
        guard let webhook = choices.webhooks[.conversation], webhook.isOn, let seed = choices.webhookSeed,
            let conversation = try await store.conversation(delivery.conversation, of: user)
        else {
            try await store.removeDelivery(delivery.id)
            return nil
        }
        let names = Dictionary(try await store.people(of: user).map { ($0.id, $0.name) }) { first, _ in first }
        let answer = await service.sender.send(
            WebhookDocument(people: names, owner: choices.name).conversation(conversation),
            to: WebhookAddress.adding(["uid": user.rawValue], to: webhook.address), secret: service.secrets.secret(of: user, seed: seed),
            delivery: delivery.id.rawValue)
        // An attempt that the process's end may have cut off does not count, and is repeated when its lease ends.
        if answer != .accepted, isStopped { return nil }
        if answer == .failed, delivery.failures < service.waits.count {
            let wait = service.waits[delivery.failures]
            service.metrics.webhook(UserWebhook.Trigger.conversation.rawValue, .repeated)
            try await store.postponeDelivery(delivery.id, until: service.now() + wait)
            return wait
        }
        try await store.removeDelivery(delivery.id)
        if answer == .accepted {
            try await service.accepted(.conversation, webhook, of: user)
        } else {
            service.log.warning("a conversation could not be delivered to a webhook", [.conversation: delivery.conversation.rawValue])
            _ = try await service.gaveUp(.conversation, of: user)
        }
        return nil
    }
}
