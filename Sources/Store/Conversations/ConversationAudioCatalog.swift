package import Conversations
package import Speech

/// The catalog of files that hold conversations' audio. The rules of `ConversationStore` hold.
package protocol ConversationAudioCatalog: Sendable {
    /// Notes a file that holds audio of a conversation. The file is the store's from then on.
    ///
    /// - Returns: false when the conversation is not there: then the file is the caller's to delete.
    func add(_ audio: StoredAudio, to conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns a conversation's files in order of start, without files of which a part is another conversation's.
    func audio(of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> [StoredAudio]

    /// Returns files that two parts of a conversation had in common when it was split, and that are to be cut.
    func uncutAudio() async throws(StoreError) -> [UncutAudio]

    /// Puts the part of a file in place of the whole file. The whole file is deleted when no other conversation needs it.
    ///
    /// - Parameter part: nil: the part is empty.
    /// - Returns: false when the conversation is not there any more, or something else is to be cut by now: then the file is the caller's to delete.
    func cut(_ uncut: UncutAudio, to part: StoredAudio?) async throws(StoreError) -> Bool
}
