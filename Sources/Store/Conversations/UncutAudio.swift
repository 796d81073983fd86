/// An audio file of which only a part belongs to a conversation. The rest must be cut off.
package struct UncutAudio: Sendable, Equatable {
    /// Number of the database row.
    package let number: Int64
    /// True if the conversation was deleted and can be restored.
    package let isDeleted: Bool
    package var audio: StoredAudio
    /// Start and end of the conversation's part, as times in the file.
    package var from: Duration
    package var to: Duration
}
