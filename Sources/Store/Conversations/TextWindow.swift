package import Conversations
package import Speech

/// A few neighbouring segments of a conversation, and what they mean together.
package struct TextWindow: Sendable, Equatable {
    /// Since the conversation's start.
    package var start: Duration
    package var end: Duration
    /// In order.
    package var segments: [ID<Segment>]
    /// Of length 1, in the space of the model that the windows are stored with.
    package var vector: [Float]

    package init(start: Duration, end: Duration, segments: [ID<Segment>], vector: [Float]) {
        self.start = start
        self.end = end
        self.segments = segments
        self.vector = vector
    }
}
