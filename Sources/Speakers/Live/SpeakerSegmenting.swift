package import Conversations

/// A model that maps voices to voiceprints, and also hears which speakers of a stretch are active.
package protocol SpeakerSegmenting: Voiceprinting {
    /// Returns the speakers in a stretch; nil when the model cannot be loaded, and for an empty stretch. Works on another thread.
    ///
    /// - Parameter samples: the stretch, mono, 16 kHz, at most `LocalSpeakers.length`.
    func speakers(in samples: [Float]) async throws -> LocalSpeakers?
}
