package import Conversations
package import Speech

/// A conversation's id with its user. Clients may choose ids, so an id is unique for one user only.
package struct OwnedConversation: Sendable, Hashable {
    package var id: ID<Conversation>
    package var user: ID<User>

    package init(id: ID<Conversation>, user: ID<User>) {
        self.id = id
        self.user = user
    }
}
