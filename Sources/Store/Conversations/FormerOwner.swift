package import Conversations
package import Speech

/// The owner that a voice had before an assignment by hand: enough to take the assignment back.
package struct FormerOwner: Sendable, Equatable {
    package var voice: ID<Voice>
    package var owner: Voice.Owner
    /// The automatic decision that gave the voice to its owner; nil when a hand named the voice, or when nobody owned it.
    package var adoption: Voice.Adoption?
    /// True if a hand had taken the voice from the new owner before. Automation does not give the voice to that owner.
    package var wasRejected: Bool

    package init(_ voice: ID<Voice>, _ owner: Voice.Owner, adoption: Voice.Adoption? = nil, wasRejected: Bool = false) {
        self.voice = voice
        self.owner = owner
        self.adoption = adoption
        self.wasRejected = wasRejected
    }
}
