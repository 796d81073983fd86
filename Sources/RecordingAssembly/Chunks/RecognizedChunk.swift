package import Conversations
package import Speakers
package import Speech

/// A word of a chunk, on the chunk's own timeline.
package struct ChunkWord: Sendable, Equatable {
    package var text: String
    package var start: Duration
    package var end: Duration
    /// Confidence, 0…1.
    package var confidence: Float
    /// The word's speaker, as the engine tells speakers of this chunk apart; nil: the engine does not tell speakers apart.
    package var cluster: String?
    /// As in `Word`.
    package var blankBefore: Bool?

    package init(
        _ text: String, start: Duration, end: Duration, confidence: Float = 1, cluster: String? = nil, blankBefore: Bool? = nil
    ) {
        self.text = text
        self.start = start
        self.end = end
        self.confidence = confidence
        self.cluster = cluster
        self.blankBefore = blankBefore
    }
}

/// A chunk of a recording with its recognised words. Its content does not depend on other chunks.
package struct RecognizedChunk: Sendable, Equatable {
    package var id: String
    /// Time of the chunk's first sample, on the recording's timeline.
    package var start: Duration
    package var duration: Duration
    /// The words in order, with the engine's times and spelling unchanged.
    package var words: [ChunkWord]
    package var engine: EngineName
    package var model: String?
    /// Identities of the clusters whose speakers were identified.
    package var identities: [String: SpeakerIdentity]
    /// Voices of the clusters for which a voiceprint could be computed.
    package var voices: [String: VoiceEvidence]
    /// Notices about the chunk's file; their places are times of the chunk.
    package var notices: [RecordingNotice] = []

    /// - Parameter words: the engine's words. Missing speakers are filled in, and a speaker of the engine who may be two people is split.
    package init(
        id: String, start: Duration, duration: Duration, words: [ChunkWord], engine: EngineName, model: String? = nil,
        identities: [String: SpeakerIdentity] = [:], voices: [String: VoiceEvidence] = [:]
    ) {
        self.id = id
        self.start = start
        self.duration = duration
        self.words = ClusterParts.split(SpeakerFilling.filled(words.sorted { ($0.start, $0.end) < ($1.start, $1.end) }))
        self.engine = engine
        self.model = model
        self.identities = identities
        self.voices = voices
    }

    package var end: Duration { start + duration }
}
