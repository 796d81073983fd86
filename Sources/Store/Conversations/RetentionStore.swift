package import Speech

/// The side of the store that forgets: deleted speech, and audio that is too old.
package protocol RetentionStore: Sendable {
    /// Returns the speech of all users' sessions that is to be known no more.
    ///
    /// - Parameter session: nil: all sessions.
    func forgottenSpeech(of session: ID<Session>?) async throws(StoreError) -> [ForgottenSpeech]

    /// Drops the notes of speech that was to be forgotten before `time`: nothing is left that has the speech.
    func pruneForgottenSpeech(before time: UnixTime) async throws(StoreError)

    /// Waits until deleted words and files are gone from the disk. That happens by itself, too.
    func settle() async throws(StoreError)

    /// Deletes the audio that was made before `time`, of conversations that are over.
    ///
    /// - Returns: the number of files.
    func removeAudio(before time: UnixTime, of user: ID<User>) async throws(StoreError) -> Int

    /// Returns the users who have audio that was made before `time`, in no order.
    func usersWithAudio(before time: UnixTime) async throws(StoreError) -> [ID<User>]
}
