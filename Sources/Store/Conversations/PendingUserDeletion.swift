package import Speech

/// The deletion of a user that has begun and not ended.
package struct PendingUserDeletion: Sendable, Equatable {
    package var user: ID<User>
    package var since: UnixTime
    /// Number of conversations that are not deleted yet.
    package var conversations: Int

    package init(user: ID<User>, since: UnixTime, conversations: Int) {
        self.user = user
        self.since = since
        self.conversations = conversations
    }
}
