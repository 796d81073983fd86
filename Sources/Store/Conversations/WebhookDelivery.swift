package import Conversations
package import Speech

/// A part of a user's conversations that must be sent to the user's webhook. Its body is not stored: each attempt makes it from the conversation.
package struct WebhookDelivery: Sendable, Equatable {
    /// The part of a conversation that is sent.
    package enum Content: String, Sendable, CaseIterable {
        /// The completed conversation.
        case conversation
        /// The segments of a session that its webhook did not take while they came.
        case transcript
    }

    /// A UUID, the same for all attempts.
    package var id: ID<WebhookDelivery>
    package var user: ID<User>
    package var content: Content
    package var conversation: ID<Conversation>
    /// The session whose segments are sent; nil for a conversation.
    package var session: ID<Session>?
    /// Number of attempts that have failed.
    package var failures: Int
    /// Time of the first failed attempt; nil when none has failed.
    package var failingSince: UnixTime?

    package init(
        id: ID<WebhookDelivery>, user: ID<User>, content: Content = .conversation, conversation: ID<Conversation>, session: ID<Session>? = nil,
        failures: Int = 0, failingSince: UnixTime? = nil
    ) {
        self.id = id
        self.user = user
        self.content = content
        self.conversation = conversation
        self.session = session
        self.failures = failures
        self.failingSince = failingSince
    }

    package var queue: WebhookQueue { WebhookQueue(user: user, content: content) }
}

/// The deliveries of one kind of content of one user. They are made one after the other, in the order in which they were added.
package struct WebhookQueue: Sendable, Hashable {
    package var user: ID<User>
    package var content: WebhookDelivery.Content

    package init(user: ID<User>, content: WebhookDelivery.Content) {
        self.user = user
        self.content = content
    }
}
