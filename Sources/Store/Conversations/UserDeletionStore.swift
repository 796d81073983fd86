package import Speech

/// The store of users who are being deleted, and of everything that the database has of a user. The rules of `ConversationStore` hold.
///
/// A deletion is recorded first and ended last, so that a deletion that a crash interrupts is continued by the next start.
package protocol UserDeletionStore: Sendable {
    /// Records that a user is being deleted, and revokes the user's access keys.
    ///
    /// - Returns: false, and records nothing, when there is nothing of the user.
    func beginDeletion(of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns the deletions that have begun and not ended, the earliest first.
    func deletions() async throws(StoreError) -> [PendingUserDeletion]

    /// Returns the recordings and jobs of a user who is being deleted, which have files outside the database; none of any other user.
    func belongings(of user: ID<User>) async throws(StoreError) -> UserBelongings

    /// Deletes the rows of a user: conversations, speakers, settings, jobs, uploads and chunks, some of them in each call. The sessions' words become
    /// `forgottenSpeech`. Of the user's usage and keys, amounts and times stay, without a name.
    ///
    /// - Parameter sessions: sessions of the user, in addition to those that the database knows.
    /// - Returns: false when there was nothing of the user, and when the user is not being deleted: another process may have ended the deletion.
    func deleteRows(of user: ID<User>, sessions: [ID<Session>]) async throws(StoreError) -> Bool

    /// Removes the record of a deletion.
    func endDeletion(of user: ID<User>) async throws(StoreError)
}

/// The parts of a user's data that have files outside the database.
package struct UserBelongings: Sendable, Equatable {
    package var uploads: [ID<Upload>]
    package var jobs: [ID<TranscriptionJob>]
}

extension ID where Of == User {
    /// The user to whom the amounts of deleted users' usage belong.
    package static var deleted: Self { ID("(deleted)") }
}
