package import Conversations
package import Speech

/// The store of a user's people, voices and conversations in the form in which they move to another gateway: complete, without indexes.
/// The rules of `ConversationStore` hold.
///
/// Imported objects keep their ids. An object whose id the user has already is left as it is, so that importing it twice is importing it once.
/// Every import ends with `nil` once the user was deleted after `beginImport`, because deleted data must not come back.
package protocol PortableDataStore: Sendable {
    // MARK: Export

    /// Returns some voices of the user, voices that were merged into others last.
    func portableVoices(of user: ID<User>, after cursor: PortableCursor, limit: Int) async throws(StoreError) -> PortablePage<PortableVoice>

    /// Returns ids of some conversations of the user, of any status, the oldest first.
    func portableConversations(
        of user: ID<User>, after cursor: PortableCursor, limit: Int
    ) async throws(StoreError) -> PortablePage<ID<Conversation>>

    func portableConversation(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> PortableConversation?

    /// Returns some samples of the user, the oldest first.
    func portableSamples(of user: ID<User>, after cursor: PortableCursor, limit: Int) async throws(StoreError) -> PortablePage<PortableSample>

    // MARK: Import

    /// Begins an import, and makes room for the user's data if there is none yet; nil while the user is being deleted.
    func beginImport(of user: ID<User>) async throws(StoreError) -> ImportTarget?

    /// Imports settings and enrolments of keys that the user does not have.
    ///
    /// - Parameter retention: name of the setting that says how long audio is kept. The setting counts as incomplete when the user has audio here,
    ///   which it could delete.
    func importSettings(
        _ settings: [String: String], keys: [ProviderKey], retention: String, into target: ImportTarget
    ) async throws(StoreError) -> ImportedCount?

    func importPeople(_ people: [Person], into target: ImportTarget) async throws(StoreError) -> ImportedCount?

    /// Imports voices. A voice whose number the user has already gets the user's next number. A voice of a person who does not exist gets no owner.
    func importVoices(_ voices: [PortableVoice], into target: ImportTarget) async throws(StoreError) -> ImportedCount?

    /// Imports a conversation with its segments, a long one in several transactions. No webhook is called.
    func importConversation(_ conversation: PortableConversation, into target: ImportTarget) async throws(StoreError) -> ConversationImport?

    /// Imports samples without their files. The people, the voices and the segments of the samples are imported before.
    func importSamples(_ samples: [PortableSample], into target: ImportTarget) async throws(StoreError) -> ImportedCount?

    /// Adds audio to a conversation that is over, unless the conversation has audio of the same start and length: another import has added it
    /// meanwhile. The row comes before its file: a file that an import has written is named by a row at every moment, so that the deletion of the user
    /// finds it.
    func importAudio(_ audio: StoredAudio, to conversation: ID<Conversation>, into target: ImportTarget) async throws(StoreError) -> AudioImport?

    /// Gives a sample without audio its file, before the file is written.
    func importFile(_ file: String, of sample: ID<SpeechSample>, into target: ImportTarget) async throws(StoreError) -> AudioImport?

    /// Removes an imported file, which could not be written, from its row.
    func removeImportedFile(_ file: String, from target: ImportTarget) async throws(StoreError)

    /// Returns the file of a sample.
    func file(of sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> SampleFile
}

/// The file of a sample.
package enum SampleFile: Sendable, Equatable {
    case named(String)
    /// The sample has no file.
    case none
    /// The sample does not exist.
    case noSample
}
