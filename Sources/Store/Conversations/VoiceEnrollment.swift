package import Conversations
package import Speech

/// The result of learning a person's voice from segments that were assigned to the person by hand.
package struct VoiceEnrollment: Sendable, Equatable {
    /// Sample of the person's voice. Its audio is the audio of the segments.
    package var sample: SpeechSample
    package var conversation: ID<Conversation>
    package var segments: [ID<Segment>]
    package var result: Result

    package enum Result: Sendable, Equatable {
        /// The sample adds nothing to the person's known voices.
        case nothing
        /// The sample makes a new voice with this id.
        case makes(ID<Voice>)
    }

    package init(_ sample: SpeechSample, of segments: [ID<Segment>], in conversation: ID<Conversation>, _ result: Result) {
        self.sample = sample
        self.segments = segments
        self.conversation = conversation
        self.result = result
    }
}
