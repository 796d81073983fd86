internal import Conversations
internal import Framing
internal import Observability
internal import Protocols
internal import Speech
internal import Store

/// Makes the deliveries that the store has: of each user and content one at a time, in their order. A delivery stays in the store until it is made or
/// removed, so a delivery that a killed process has begun is repeated. Its body is made for each attempt, and kept for no longer.
actor WebhookDeliveries {
    private struct Attempt {
        /// True if an earlier attempt at the delivery has failed.
        var isRepeated: Bool
        var task: Task<Void, Never>
    }

    private var underWay: [WebhookQueue: Attempt] = [:]
    private var looking: Task<Void, Never>?
    private var looksAgain = false
    private var isStopped = false

    private static let maxUnderWay = 32
    /// Maximum number of attempts at deliveries that have failed before. The other places are for receivers that may answer at once.
    private static let maxRepeated = 24
    /// Time after which another process may repeat a delivery that this process has not ended: longer than one attempt.
    static let lease: Duration = .seconds(45)
    /// Waits from here on are left to `look`, which is called every few seconds.
    private static let shortWait: Duration = .seconds(5)

    /// Leaves the deliveries to the next run. What the receiver takes until the process ends counts.
    func stop() { isStopped = true }

    /// Waits until no attempt is under way and none that is due is looked for.
    func settled() async {
        while let task = looking ?? underWay.values.first?.task { await task.value }
    }

    /// Starts the deliveries that are due, and returns before they are found.
    func look(_ service: WebhookService) {
        looksAgain = true
        guard looking == nil, !isStopped else { return }
        looking = Task { await startDue(service) }
    }

    private func startDue(_ service: WebhookService) async {
        while looksAgain {
            looksAgain = false
            do throws(StoreError) {
                while underWay.count < Self.maxUnderWay, !isStopped {
                    let now = service.now(), repeated = underWay.values.filter(\.isRepeated).count
                    let found = try await service.store.claimDelivery(
                        dueBy: now, until: now + Self.lease, except: Set(underWay.keys), onlyUntried: repeated >= Self.maxRepeated)
                    guard let delivery = found else { break }
                    underWay[delivery.queue] = Attempt(isRepeated: delivery.failures > 0, task: Task { await deliver(delivery, service) })
                }
            } catch {
                service.log.error("deliveries to webhooks cannot be read", [.error: "\(error)"])
            }
        }
        looking = nil
    }

    private func deliver(_ delivery: WebhookDelivery, _ service: WebhookService) async {
        var wait: Duration?
        do throws(StoreError) { wait = try await attempt(delivery, service) } catch {
            // The delivery is due again when its lease ends.
            service.log.error(
                "the delivery of a conversation to a webhook cannot be noted", [.conversation: delivery.conversation.rawValue, .error: "\(error)"])
        }
        underWay[delivery.queue] = nil
        look(service)
        if let wait, wait < Self.shortWait {
            Task { if (try? await Task.sleep(for: wait)) != nil { look(service) } }
        }
    }

    /// - Returns: the time until the next attempt; nil when there is none.
    private func attempt(_ delivery: WebhookDelivery, _ service: WebhookService) async throws(StoreError) -> Duration? {
        let user = delivery.user, store = service.store, trigger = delivery.content.trigger
        let choices = UserChoices(settings: try await store.settings(of: user))
        guard let conversation = try await store.conversation(delivery.conversation, of: user) else {
            try await store.removeDelivery(delivery.id)
            return nil
        }
        guard let webhook = choices.webhooks[trigger], webhook.isOn, let seed = choices.webhookSeed else {
            let failure: DeliveryFailure = choices.webhooks[trigger] == nil ? .webhookRemoved : .switchedOff
            try await store.giveUpDelivery(delivery.id, after: failure, at: service.now())
            return nil
        }
        let names = Dictionary(try await store.people(of: user).map { ($0.id, $0.name) }) { first, _ in first }
        let request = WebhookRequest(delivery, conversation, WebhookDocument(people: names, owner: choices.name))
        let answer = await service.sender.send(
            request.body, to: WebhookAddress.adding(request.parameters, to: webhook.address),
            secret: service.secrets.secret(of: user, seed: seed), delivery: request.key, under: service.promise)
        if case .accepted = answer {
            try await store.removeDelivery(delivery.id)
            try await service.accepted(trigger, webhook, of: user)
            return nil
        }
        // An attempt that the process's end may have cut off does not count, and is repeated when its lease ends.
        return isStopped ? nil : try await missed(delivery, answer, service)
    }

    /// Notes an attempt that has failed.
    ///
    /// - Returns: the time until the next attempt; nil when there is none.
    private func missed(
        _ delivery: WebhookDelivery, _ answer: ReceiverAnswer, _ service: WebhookService
    ) async throws(StoreError) -> Duration? {
        let now = service.now(), trigger = delivery.content.trigger.rawValue
        let failure: DeliveryFailure
        switch answer {
        case .accepted: return nil
        case .refused(let reason): failure = reason
        case .failed(let reason, let asked):
            let step = service.step(after: delivery.failures + 1, failing: now - (delivery.failingSince ?? now), asked: asked)
            if case .again(let wait) = step {
                service.metrics.webhook(trigger, .repeated)
                try await service.store.postponeDelivery(delivery.id, until: now + wait, after: reason, at: now)
                return try await service.failed(delivery.queue, isGivenUp: false) ? wait : nil
            }
            failure = reason
        }
        service.metrics.webhook(trigger, .failed)
        service.log.warning(
            "a delivery to a webhook was given up", [.conversation: delivery.conversation.rawValue, .reason: failure.code])
        try await service.store.giveUpDelivery(delivery.id, after: failure, at: now)
        _ = try await service.failed(delivery.queue, isGivenUp: true)
        return nil
    }
}
