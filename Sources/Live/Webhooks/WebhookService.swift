internal import Net
package import Observability
package import Protocols
package import Speech
package import Store

/// The users' webhooks: sends completed conversations, and segments as they come.
package struct WebhookService: Sendable {
    package let secrets: WebhookSecrets
    let store: any ConversationStores
    let sender: WebhookSender
    let promise: DeliveryPromise
    let log: Log
    let metrics: Metrics
    /// Returns a new UUID.
    let newID: @Sendable () -> String
    let now: @Sendable () -> UnixTime
    /// Returns a random number, for the spread of the waits.
    private let random: @Sendable () -> UInt64
    private let deliveries: WebhookDeliveries

    package init(
        secrets: WebhookSecrets, store: any ConversationStores, sender: WebhookSender, promise: DeliveryPromise, log: Log, metrics: Metrics,
        newID: @escaping @Sendable () -> String, random: @escaping @Sendable () -> UInt64, now: @escaping @Sendable () -> UnixTime
    ) {
        self.secrets = secrets
        self.store = store
        self.sender = sender
        self.promise = promise
        self.log = log
        self.metrics = metrics
        self.newID = newID
        self.random = random
        self.now = now
        deliveries = WebhookDeliveries()
    }

    /// Starts the deliveries that are due, and returns at once. Call after a conversation is completed, and every few seconds.
    package func wake() { Task { [self] in await deliveries.look(self) } }

    /// Starts the deliveries that are due, and waits until the attempts are over.
    package func deliverDue() async {
        await deliveries.look(self)
        await deliveries.settled()
    }

    /// Leaves the conversations that are not delivered yet to the next run.
    package func stop() async { await deliveries.stop() }

    /// Returns the user's webhook for the segments of a session that begins; nil when the user has none, or it is off. Call on the session's loop.
    func transcript(of session: ID<Session>, _ user: ID<User>, _ choices: UserChoices, on loop: Loop) -> TranscriptWebhook? {
        guard let webhook = choices.webhooks[.transcript], webhook.isOn, let seed = choices.webhookSeed else { return nil }
        return TranscriptWebhook(
            TranscriptDelivery(self, session: session, user: user, webhook: webhook, seed: seed), metrics: metrics, loop: loop)
    }

    /// Returns the step after a failed attempt: see `DeliverySchedule.step`.
    func step(after failures: Int, failing: Duration, asked: Duration?) -> DeliverySchedule.Step {
        var generator = FunctionGenerator(random: random)
        return promise.schedule.step(after: failures, failing: failing, asked: asked, using: &generator)
    }

    /// Notes a delivery that was made.
    ///
    /// - Parameter webhook: the webhook as it was read for the delivery.
    func accepted(_ trigger: UserWebhook.Trigger, _ webhook: UserWebhook, of user: ID<User>) async throws(StoreError) {
        metrics.webhook(trigger.rawValue, .delivered)
        // A user who was deleted meanwhile gets no settings again.
        guard webhook.outage != nil, UserChoices(settings: try await store.settings(of: user)).webhooks[trigger] != nil else { return }
        try await store.set(trigger.outageSetting, to: nil, of: user)
    }

    /// Notes a failed attempt. Switches the webhook off when its receiver has taken nothing for 24 hours; its deliveries are kept for when it is on.
    ///
    /// - Parameter isGivenUp: true if the delivery is not tried again by itself.
    /// - Returns: false if the webhook is off.
    func failed(_ queue: WebhookQueue, isGivenUp: Bool) async throws(StoreError) -> Bool {
        let trigger = queue.content.trigger
        guard let webhook = UserChoices(settings: try await store.settings(of: queue.user)).webhooks[trigger], webhook.isOn else { return false }
        let time = now()
        var outage = webhook.outage ?? WebhookOutage(time)
        outage.failed(time)
        if outage.since == time { log.warning("a user's webhook takes nothing; it is tried for 24 hours", [.reason: trigger.rawValue]) }
        try await store.set(trigger.outageSetting, to: outage.stored, of: queue.user)
        var othersFollow = false
        if isGivenUp { othersFollow = try await store.hasWaiting(in: queue) }
        guard outage.isOver(othersFollow: othersFollow) else { return true }
        try await store.set(trigger.disabledSetting, to: time.rfc3339, of: queue.user)
        try await store.giveUpDeliveries(of: queue, at: time)
        log.warning("a user's webhook was switched off, because its receiver took nothing for 24 hours", [.reason: trigger.rawValue])
        return false
    }
}

extension UserWebhook.Trigger {
    /// The content that the webhook gets.
    package var content: WebhookDelivery.Content {
        switch self {
        case .conversation: .conversation
        case .transcript: .transcript
        }
    }
}

extension WebhookDelivery.Content {
    /// The webhook that gets the content.
    package var trigger: UserWebhook.Trigger {
        switch self {
        case .conversation: .conversation
        case .transcript: .transcript
        }
    }
}

/// A generator of random numbers that a function returns.
private struct FunctionGenerator: RandomNumberGenerator {
    let random: @Sendable () -> UInt64

    mutating func next() -> UInt64 { random() }
}
