package import Conversations
package import Speech

/// A sample of a voice with everything that the database knows of it.
package struct PortableSample: Sendable, Equatable {
    /// A segment from which the sample was learned.
    package struct Source: Sendable, Equatable {
        package var conversation: ID<Conversation>
        package var segment: ID<Segment>

        package init(_ segment: ID<Segment>, in conversation: ID<Conversation>) {
            self.conversation = conversation
            self.segment = segment
        }
    }

    package var id: ID<SpeechSample>
    /// The user or the person whose voice is recorded.
    package var owner: Voice.Owner
    /// Name of the file, as in `SpeechSample.file`; nil when the audio is not kept.
    package var file: String?
    /// Duration of the speech in the recording.
    package var duration: Duration
    /// Name of the model of the voiceprint; nil when there is no voiceprint.
    package var model: String?
    /// The direction of the voiceprint, exactly as it is stored; empty when there is none.
    package var direction: [Float]
    package var created: UnixTime
    /// The voice that was learned from the sample; nil when the sample made or named none.
    package var voice: ID<Voice>?
    /// True if the sample has made the voice.
    package var makesVoice: Bool
    /// The segments from which the sample was learned.
    package var sources: [Source]

    package init(
        id: ID<SpeechSample>, owner: Voice.Owner, file: String? = nil, duration: Duration, model: String? = nil, direction: [Float] = [],
        created: UnixTime, voice: ID<Voice>? = nil, makesVoice: Bool = false, sources: [Source] = []
    ) {
        self.id = id
        self.owner = owner
        self.file = file
        self.duration = duration
        self.model = model
        self.direction = direction
        self.created = created
        self.voice = voice
        self.makesVoice = makesVoice
        self.sources = sources
    }
}
