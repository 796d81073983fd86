/// A judgement of a chunk: its speech is worth recognising, or the reason why it has none.
package enum SpeechVerdict: String, Sendable, Equatable {
    case speech
    /// Too little speech; the rest is quiet.
    case insufficientSpeech
    /// Sound that is not speech.
    case energeticNonSpeech
    /// The chunk has no audio.
    case emptyAudio
}
