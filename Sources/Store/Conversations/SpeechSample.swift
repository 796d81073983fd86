package import Conversations
package import Speech

/// A recording of one voice, from which its owner's voiceprint is made.
package struct SpeechSample: Sendable, Equatable {
    package var id: ID<SpeechSample>
    /// The user or the person whose voice is recorded. Samples of `nobody` are not stored.
    package var owner: Voice.Owner
    /// Name of the file in the data directory's `audio` folder, with the rules of `StoredAudio.file`; nil when the audio is not kept.
    package var file: String?
    /// Duration of the speech in the recording.
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
