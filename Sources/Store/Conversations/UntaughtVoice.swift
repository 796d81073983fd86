package import Conversations
package import Speech

/// What is kept of a conversation has a person's voice that nothing was learned of.
package struct UntaughtVoice: Sendable, Hashable {
    package var person: ID<Person>
    package var conversation: ID<Conversation>
    package var user: ID<User>

    package init(_ person: ID<Person>, in conversation: ID<Conversation>, of user: ID<User>) {
        self.person = person
        self.conversation = conversation
        self.user = user
    }
}
