package import Conversations
package import Speech

/// The catalog of files that hold conversations' audio. The rules of `ConversationStore` hold.
package protocol ConversationAudioCatalog: Sendable {
    /// Notes a file before it is written.
    ///
    /// - Parameter time: the time after which the file is deleted, if nothing names it by then because the process was killed.
    func announce(_ file: String, for time: Duration) async throws(StoreError)

    /// Deletes announced files that nothing has named in time. Called once the sessions of earlier runs have taken up their files.
    func deleteUnnamedFiles() async throws(StoreError)

    /// Adds a file with audio of a conversation. The store owns the file from then on.
    ///
    /// - Returns: false when the conversation does not exist; the caller must then delete the file.
    func add(_ audio: StoredAudio, to conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns a conversation's files in order of start. Leaves out files that also hold audio of another conversation.
    func audio(of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> [StoredAudio]

    /// Replaces a file of a conversation by another one of the same time. The replaced file is deleted for good.
    ///
    /// - Parameter file: name of the file that is replaced.
    /// - Returns: false when the conversation does not have that file any more; the caller must then delete the new one.
    func replace(_ file: String, by audio: StoredAudio, in conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns the user in whose conversations a session speaks; nil when it speaks in none.
    func user(of session: ID<Session>) async throws(StoreError) -> ID<User>?

    /// Returns those of the files that no conversation, no voice and no pending deletion names, announced or not.
    func unnamed(_ files: [String]) async throws(StoreError) -> [String]

    /// Returns those of the files that nothing names and that are not announced.
    func unknown(_ files: [String]) async throws(StoreError) -> [String]

    /// Returns the files that two conversations share since a split, and that must be cut.
    func uncutAudio() async throws(StoreError) -> [UncutAudio]

    /// Replaces a shared file by the part of it that belongs to the conversation. The shared file is deleted when no other conversation needs it.
    ///
    /// - Parameter part: file with the conversation's part; nil when that part is empty.
    /// - Returns: false when the conversation was deleted, or another part must be cut by now; the caller must then delete the file of `part`.
    func cut(_ uncut: UncutAudio, to part: StoredAudio?) async throws(StoreError) -> Bool
}
