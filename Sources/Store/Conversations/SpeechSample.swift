package import Conversations
package import Speech

/// A recording of one voice that its owner's voiceprint is made of.
package struct SpeechSample: Sendable, Equatable {
    package var id: ID<SpeechSample>
    /// The user, or the person, whose voice it is; nobody's is not kept.
    package var owner: Voice.Owner
    /// In the data directory's `audio` folder, as `StoredAudio.file`; nil when the audio is not kept.
    package var file: String?
    /// Of speech.
    package var duration: Duration
    package var voiceprint: Voiceprint?
    package var created: UnixTime

    package init(
        id: ID<SpeechSample>, owner: Voice.Owner, file: String? = nil, duration: Duration, voiceprint: Voiceprint? = nil, created: UnixTime
    ) {
        self.id = id
        self.owner = owner
        self.file = file
        self.duration = duration
        self.voiceprint = voiceprint
        self.created = created
    }
}
