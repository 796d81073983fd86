package import Conversations
package import Speech

/// What was learned of a person's voice from segments that a hand has said are theirs.
package struct VoiceLesson: Sendable, Equatable {
    /// The person's. Its audio is the segments' own.
    package var sample: SpeechSample
    package var conversation: ID<Conversation>
    package var segments: [ID<Segment>]
    package var result: Result

    package enum Result: Sendable, Equatable {
        /// It tells nothing that the person's voices do not tell.
        case nothing
        /// This voice, which was nobody's, is the person's.
        case names(ID<Voice>)
        /// It makes a voice of this name.
        case makes(ID<Voice>)
    }

    package init(_ sample: SpeechSample, of segments: [ID<Segment>], in conversation: ID<Conversation>, _ result: Result) {
        self.sample = sample
        self.segments = segments
        self.conversation = conversation
        self.result = result
    }
}
