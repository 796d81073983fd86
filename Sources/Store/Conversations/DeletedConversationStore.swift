package import Conversations
package import Speech

/// The store of conversations that were deleted and can be restored. The rules of `ConversationStore` hold.
///
/// No other method returns anything of such a conversation: no list, search, outline, count or export has it, and a voice without an owner that speaks
/// nowhere else is gone as long. `ConversationStore.delete` deletes for good, a conversation that can be restored too.
package protocol DeletedConversationStore: Sendable {
    /// Deletes a conversation so that it can be restored. On a full disk the conversation is deleted for good, which makes room.
    ///
    /// - Parameter time: time after which `endDeletions` deletes the conversation for good.
    /// - Returns: nil when the conversation does not exist.
    func delete(_ id: ID<Conversation>, of user: ID<User>, keptUntil time: UnixTime) async throws(StoreError) -> ConversationDeletion?

    /// Returns a page of the user's conversations that can be restored, the last deleted first.
    ///
    /// - Parameters:
    ///   - cursor: `next` of the page before; nil for the first page. The page of an unknown cursor is empty.
    ///   - limit: maximum number of conversations, at least 1 and at most `ConversationLimits.page`.
    func deletedConversations(of user: ID<User>, after cursor: String?, limit: Int) async throws(StoreError) -> DeletedConversationPage

    /// Restores a deleted conversation as it was, with the same ids, its audio, speakers, windows, sessions and deliveries. People and voices that were
    /// forgotten meanwhile do not come back, nor does audio whose time is over.
    ///
    /// - Returns: false when the user has no deleted conversation with this id.
    /// - Throws: `StoreError.conflict` when the user has another conversation with this id by now.
    func restore(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Deletes for good all users' conversations that are kept until `time` or a time before.
    ///
    /// - Returns: the number of conversations.
    func endDeletions(keptUntil time: UnixTime) async throws(StoreError) -> Int
}

extension DeletedConversationStore where Self: ConversationStore {
    /// Deletes a conversation so that it can be restored for some days.
    ///
    /// - Parameter days: number of days; 0: the conversation is deleted for good.
    /// - Returns: nil when the conversation does not exist.
    package func delete(
        _ id: ID<Conversation>, of user: ID<User>, days: Int, now: UnixTime
    ) async throws(StoreError) -> ConversationDeletion? {
        guard days > 0 else { return try await delete(id, of: user) ? .forGood : nil }
        return try await delete(id, of: user, keptUntil: now + .seconds(86_400 * days))
    }
}
