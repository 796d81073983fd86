import Audio
import Conversations
import Engines
import Sessions
import Speech

/// The models of this machine's engines that other parts of a gateway use too.
struct EngineModels: Sendable {
    /// Detector that tells speech from other sound; nil when no engine here has one.
    let voices: (any VoiceDetecting)?
    /// Detector of speech in kept audio; nil when no engine here has one.
    let listener: SpeechListener?
    /// Model that tells whether turns are over; nil when no engine here has one.
    let turns: (any TurnJudging)?
    /// Model that embeds sentences; nil when no engine here has one.
    let sentences: (any TextEmbedding)?
    /// Model that embeds voices; nil when no engine here has one.
    let voiceprints: (any Voiceprinting)?
    /// Model that finds the times of words; nil when no engine here has one.
    let aligner: (any WordAligning)?
    /// Model that tells the speakers of recordings apart; nil when no engine here has one.
    let diarizer: (any RecordingDiarizing)?

    init(of entries: [EngineEntry]) {
        voices = entries.lazy.compactMap { $0.prerecorded as? any VoiceDetecting }.first
        listener = voices.map(SpeechListener.init)
        turns = entries.lazy.compactMap { $0.prerecorded as? any TurnJudging }.first
        sentences = entries.lazy.compactMap { ($0.prerecorded as? any EmbeddingModels)?.sentences }.first
        voiceprints = entries.lazy.compactMap { ($0.prerecorded as? any EmbeddingModels)?.voiceprints }.first
        aligner = entries.lazy.compactMap { $0.prerecorded as? any WordAligning }.first
        diarizer = entries.lazy.compactMap { $0.prerecorded as? any RecordingDiarizing }.first
    }
}
