package import Speech

/// A user with the amount of what is stored of them.
package struct StoredUser: Sendable, Equatable {
    package var user: ID<User>
    /// Number of conversations, without those that are deleted and can be restored.
    package var conversations: Int
    /// Size of the conversations' audio, in bytes.
    package var audioBytes: Int64
    /// Start of the latest conversation; nil when there is none.
    package var lastConversation: UnixTime?

    package init(_ user: ID<User>, conversations: Int = 0, audioBytes: Int64 = 0, lastConversation: UnixTime? = nil) {
        self.user = user
        self.conversations = conversations
        self.audioBytes = audioBytes
        self.lastConversation = lastConversation
    }
}

/// The list of users.
package protocol StoredUserList: Sendable {
    /// Returns the users with a key, and those of whom conversations, people, voices or settings are stored, in the order of their names.
    ///
    /// Other reads get their turn between two users: the index of a user's conversations is read, and that of the audio of each.
    ///
    /// - Parameters:
    ///   - last: the last user of the page before; nil for the first page.
    ///   - limit: maximum number of users, at most `ConversationLimits.page`.
    func users(after last: ID<User>?, limit: Int) async throws(StoreError) -> [StoredUser]
}
