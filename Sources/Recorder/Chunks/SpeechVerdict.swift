/// Whether there is anything in a chunk to recognise.
package enum SpeechVerdict: String, Sendable, Equatable {
    case speech
    /// Too little speech, and quiet otherwise.
    case insufficientSpeech
    /// Sound that is no speech.
    case energeticNonSpeech
    /// Nothing at all.
    case emptyAudio
}
