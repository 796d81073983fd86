package import Speech

/// The part of the store that forgets: deletes speech on request, and audio and voices that are too old.
package protocol RetentionStore: Sendable {
    /// Returns the speech of all users' sessions that must be forgotten.
    ///
    /// - Parameter session: the only session to look at; nil for all sessions.
    func forgottenSpeech(of session: ID<Session>?) async throws(StoreError) -> [ForgottenSpeech]

    /// Deletes the records of forgotten speech that were made before `time`, because no copy of that speech is left.
    func pruneForgottenSpeech(before time: UnixTime) async throws(StoreError)

    /// Erases deleted words and files, and returns when they are gone from the disk. The store erases them even if nobody calls this, and tries again
    /// after each failure.
    ///
    /// - Throws: `busy` while another program reads the database, whose log has the deleted data until then.
    func settle() async throws(StoreError)

    /// Erases as `settle` does, but leaves words that only edits have replaced in the index for words until their time has come: such an erasure writes
    /// the whole index, once a day. Call every hour or so.
    ///
    /// - Throws: `busy` as `settle` does.
    func finishErasures() async throws(StoreError)

    /// Returns true while deleted words or files may still be on the disk.
    func isErasing() async throws(StoreError) -> Bool

    /// Begins the erasures that other processes have left. Call every minute or so.
    func takeUpErasures() async throws(StoreError)

    /// Deletes audio that was made before `time` and whose conversation is over.
    ///
    /// - Returns: the files that no conversation has any more.
    func removeAudio(before time: UnixTime, of user: ID<User>) async throws(StoreError) -> RemovedAudio

    /// Deletes voices without an owner that were made before `time` and are heard in no conversation that ended later.
    ///
    /// - Returns: the number of voices.
    func removeVoices(unheardSince time: UnixTime) async throws(StoreError) -> Int

    /// Returns the users who have audio that was made before `time`, in no order.
    func usersWithAudio(before time: UnixTime) async throws(StoreError) -> [ID<User>]
}
