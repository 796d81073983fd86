/// A model that maps texts to vectors, so that texts of similar meaning are near each other.
package protocol TextEmbedding: Sendable {
    /// Name of the model that defines the space of the vectors.
    var model: String { get }
    /// Number of dimensions of each vector.
    var dimensions: Int { get }
    /// Returns one vector of length 1 for each text, in order. Works on another thread. Texts that are too long are cut at the end.
    func embed(_ texts: [String]) async throws -> [[Float]]
}

/// A model that maps voices to voiceprints.
package protocol Voiceprinting: Sendable {
    /// Name of the model that defines the space of the voiceprints.
    var model: String { get }
    /// Minimum duration of speech for a voiceprint.
    var shortest: Duration { get }
    /// Returns the voiceprint of the one voice in `samples` (16 kHz, −1…1); nil when the samples are too short or silent. Works on another
    /// thread.
    func voiceprint(of samples: [Float]) async throws -> Voiceprint?
    /// Returns the voiceprint by all models that there are, for voices that are kept or compared with kept ones. It needs more work.
    func keptVoiceprint(of samples: [Float]) async throws -> Voiceprint?
    /// Number of answers to all who ask for something of the thread on which the model works; nil: it does not tell. While the number grows, an answer
    /// that is late will come.
    var answerCount: Int? { get }
    /// Returns the model for work of several parts, which are all due at one time. Work that is due earlier goes first, so that this work ends before what
    /// is asked for later, however many parts it has.
    func withOneDeadline() -> any Voiceprinting
    /// Returns the model for short work, which goes before all other work: also before work that is late.
    func ahead() -> any Voiceprinting
}

extension Voiceprinting {
    package var answerCount: Int? { nil }
    package func withOneDeadline() -> any Voiceprinting { self }
    package func ahead() -> any Voiceprinting { self }
    package func keptVoiceprint(of samples: [Float]) async throws -> Voiceprint? { try await voiceprint(of: samples) }
}

/// An engine that also provides models for texts and voices.
package protocol EmbeddingModels: Sendable {
    /// The model for texts; nil when the engine has none.
    var sentences: (any TextEmbedding)? { get }
    /// The model for voices; nil when the engine has none.
    var voiceprints: (any Voiceprinting)? { get }
}
