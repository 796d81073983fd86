package import Conversations
package import Speech

/// The store of a user's people, voices and conversations in the form in which they move to another gateway: nothing that the database knows of them is
/// left out. The rules of `ConversationStore` hold.
///
/// What is taken keeps its id. What has an id that the user has already is left as it is, so that taking it twice is taking it once.
package protocol PortableDataStore: Sendable {
    // MARK: Giving

    /// Returns all voices of the user, voices that were merged into others last.
    func portableVoices(of user: ID<User>) async throws(StoreError) -> [PortableVoice]

    func portableConversation(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> PortableConversation?

    /// Returns all samples of the user, the oldest first.
    func portableSamples(of user: ID<User>) async throws(StoreError) -> [PortableSample]

    // MARK: Taking

    func take(_ people: [Person], of user: ID<User>) async throws(StoreError) -> TakenCount

    /// Takes voices. A voice whose number is taken gets the user's next one. A voice of a person who does not exist gets no owner.
    func take(_ voices: [PortableVoice], of user: ID<User>) async throws(StoreError) -> TakenCount

    /// Takes a conversation with its segments. Speakers who do not exist are left out. No webhook is told of the conversation.
    ///
    /// - Returns: false when the user has a conversation with this id already.
    func take(_ conversation: PortableConversation, of user: ID<User>) async throws(StoreError) -> Bool

    /// Takes samples without their files. The people, the voices and the segments of the samples are there before.
    func take(_ samples: [PortableSample], of user: ID<User>) async throws(StoreError) -> TakenCount

    /// Gives a sample without audio its file. The store owns the file from then on.
    ///
    /// - Returns: false when the sample does not exist or has a file; the caller must then delete the file.
    func setFile(_ file: String, of sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> Bool

    /// Returns true if the sample exists and has no file.
    func lacksFile(_ sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> Bool
}

/// Numbers of objects that a store was to take.
package struct TakenCount: Sendable, Equatable {
    /// Objects that are new.
    package var added: Int
    /// Objects that were there.
    package var present: Int
    /// Objects that refer to others that are not there.
    package var incomplete: Int

    package init(added: Int = 0, present: Int = 0, incomplete: Int = 0) {
        self.added = added
        self.present = present
        self.incomplete = incomplete
    }

    package static func += (count: inout TakenCount, other: TakenCount) {
        count.added += other.added
        count.present += other.present
        count.incomplete += other.incomplete
    }
}
