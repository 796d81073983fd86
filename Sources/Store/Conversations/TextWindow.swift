package import Conversations
package import Speech

/// A few neighbouring segments of a conversation, with the vector of their common meaning.
package struct TextWindow: Sendable, Equatable {
    /// Start of the window, as time since the conversation's start.
    package var start: Duration
    package var end: Duration
    /// Segments of the window, in order.
    package var segments: [ID<Segment>]
    /// Vector of the window's meaning: of length 1, made by the model that the windows are stored with.
    package var vector: [Float]

    package init(start: Duration, end: Duration, segments: [ID<Segment>], vector: [Float]) {
        self.start = start
        self.end = end
        self.segments = segments
        self.vector = vector
    }
}
