internal import Conversations
internal import Speech

/// A conversation's name with its user: names of conversations are their users' own, since clients may choose them.
struct OwnedConversation: Hashable {
    var id: ID<Conversation>
    var user: ID<User>
}
