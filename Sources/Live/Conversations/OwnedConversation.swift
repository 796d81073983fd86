internal import Conversations
internal import Speech

/// A conversation's id with its user. Clients may choose ids, so an id is unique for one user only.
struct OwnedConversation: Hashable {
    var id: ID<Conversation>
    var user: ID<User>
}
