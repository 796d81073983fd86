/// A file of which a conversation has but a part: what lies outside is to go.
package struct UncutAudio: Sendable, Equatable {
    /// The row's.
    package let number: Int64
    package var audio: StoredAudio
    /// Places in the file.
    package var from: Duration
    package var to: Duration
}
