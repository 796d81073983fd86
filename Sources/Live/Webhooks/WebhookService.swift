internal import Net
package import Observability
internal import Protocols
package import Speech
package import Store

/// The users' webhooks: sends completed conversations, and segments as they come.
package struct WebhookService: Sendable {
    package let secrets: WebhookSecrets
    let store: any ConversationStores
    let sender: WebhookSender
    /// Waits between the attempts of a delivery. After the last attempt the delivery has failed.
    let waits: [Duration]
    let log: Log
    let metrics: Metrics
    /// Returns a new UUID.
    let newID: @Sendable () -> String
    let now: @Sendable () -> UnixTime
    private let conversations: ConversationDeliveries

    package init(
        secrets: WebhookSecrets, store: any ConversationStores, sender: WebhookSender, waits: [Duration], log: Log, metrics: Metrics,
        newID: @escaping @Sendable () -> String, now: @escaping @Sendable () -> UnixTime
    ) {
        self.secrets = secrets
        self.store = store
        self.sender = sender
        self.waits = waits
        self.log = log
        self.metrics = metrics
        self.newID = newID
        self.now = now
        conversations = ConversationDeliveries()
    }

    /// Starts to send the completed conversations that wait for it, and returns at once. Call after a conversation is completed, and every few
    /// seconds.
    package func wake() { Task { [self] in await conversations.look(self) } }

    /// Leaves the conversations that are not delivered yet to the next run.
    package func stop() async { await conversations.stop() }

    /// Returns the user's webhook for the segments of a session that begins; nil when the user has none, or it is off. Call on the session's loop.
    func transcript(of session: ID<Session>, _ user: ID<User>, _ choices: UserChoices, on loop: Loop) -> TranscriptWebhook? {
        guard let webhook = choices.webhooks[.transcript], webhook.isOn, let seed = choices.webhookSeed else { return nil }
        return TranscriptWebhook(
            TranscriptDelivery(self, session: session, user: user, webhook: webhook, seed: seed), metrics: metrics, loop: loop)
    }

    /// Notes a delivery that was made.
    ///
    /// - Parameter webhook: the webhook as it was read for the delivery.
    func accepted(_ trigger: UserWebhook.Trigger, _ webhook: UserWebhook, of user: ID<User>) async throws(StoreError) {
        metrics.webhook(trigger.rawValue, .delivered)
        // A user who was deleted meanwhile gets no settings again.
        guard webhook.failures > 0, UserChoices(settings: try await store.settings(of: user)).webhooks[trigger] != nil else { return }
        try await store.set(trigger.failureSetting, to: nil, of: user)
    }

    /// Notes a delivery that was given up, and switches the webhook off after too many of them.
    ///
    /// - Returns: false if the webhook is off.
    func gaveUp(_ trigger: UserWebhook.Trigger, of user: ID<User>) async throws(StoreError) -> Bool {
        metrics.webhook(trigger.rawValue, .failed)
        guard let webhook = UserChoices(settings: try await store.settings(of: user)).webhooks[trigger], webhook.isOn else { return false }
        let failures = webhook.failures + 1
        try await store.set(trigger.failureSetting, to: "\(failures)", of: user)
        guard failures >= UserWebhook.maxFailures else { return true }
        try await store.set(trigger.disabledSetting, to: now().rfc3339, of: user)
        log.warning("a user's webhook was switched off after too many failed deliveries", [.reason: trigger.rawValue, .count: "\(failures)"])
        return false
    }
}
