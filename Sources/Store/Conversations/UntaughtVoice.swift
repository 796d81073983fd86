package import Conversations
package import Speech

/// A person whose voice was not learned yet from a conversation whose audio is kept.
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
