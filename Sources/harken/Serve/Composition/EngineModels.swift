import Audio
import Conversations
import Engines
import Live
import Speech

/// The models of this machine's engines that other parts of a gateway use too.
struct EngineModels: Sendable {
    /// Tells speech from other sound; nil: no engine here does.
    let voices: (any VoiceDetecting)?
    /// The same for audio that is kept; nil: no engine here does.
    let listener: SpeechListener?
    /// Tells whether turns are over; nil: no engine here does.
    let turns: (any TurnJudging)?
    /// Embeds sentences; nil: no engine here does.
    let sentences: (any TextEmbedding)?
    /// Embeds voices; nil: no engine here does.
    let voiceprints: (any Voiceprinting)?
    /// Finds where words are spoken; nil: no engine here does.
    let aligner: (any WordAligning)?

    init(of entries: [EngineEntry]) {
        voices = entries.lazy.compactMap { $0.prerecorded as? any VoiceDetecting }.first
        listener = voices.map(SpeechListener.init)
        turns = entries.lazy.compactMap { $0.prerecorded as? any TurnJudging }.first
        sentences = entries.lazy.compactMap { ($0.prerecorded as? any EmbeddingModels)?.sentences }.first
        voiceprints = entries.lazy.compactMap { ($0.prerecorded as? any EmbeddingModels)?.voiceprints }.first
        aligner = entries.lazy.compactMap { $0.prerecorded as? any WordAligning }.first
    }
}
