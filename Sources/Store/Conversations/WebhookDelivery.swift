package import Conversations
package import Speech

/// A finished conversation that must be sent to its user's webhook.
package struct WebhookDelivery: Sendable, Equatable {
    /// A UUID, the same for all attempts.
    package var id: ID<WebhookDelivery>
    package var user: ID<User>
    package var conversation: ID<Conversation>
    /// Number of attempts that have failed.
    package var failures: Int

    package init(id: ID<WebhookDelivery>, user: ID<User>, conversation: ID<Conversation>, failures: Int) {
        self.id = id
        self.user = user
        self.conversation = conversation
        self.failures = failures
    }
}
