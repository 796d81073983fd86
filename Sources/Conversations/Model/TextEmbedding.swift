/// Finds what texts mean: those that mean the same lie near each other.
package protocol TextEmbedding: Sendable {
    /// Which model's space its vectors are in.
    var model: String { get }
    /// Of each vector.
    var dimensions: Int { get }
    /// One vector of length 1 for each text, in order. Works off the caller's thread; texts that are too long are cut at the end.
    func embed(_ texts: [String]) async throws -> [[Float]]
}

/// Finds what a voice sounds like.
package protocol Voiceprinting: Sendable {
    /// Which model's space its voiceprints are in.
    var model: String { get }
    /// The least speech that it makes something of.
    var shortest: Duration { get }
    /// The voiceprint of the one voice in `samples` (16 kHz, −1…1). nil when they are too short or silent. Works off the caller's thread.
    func voiceprint(of samples: [Float]) async throws -> Voiceprint?
}

/// An engine that also tells what texts mean and what voices sound like.
package protocol EmbeddingModels: Sendable {
    /// nil when it has no model for it.
    var sentences: (any TextEmbedding)? { get }
    /// nil when it has no model for it.
    var voiceprints: (any Voiceprinting)? { get }
}
