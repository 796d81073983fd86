package import Conversations

extension LocalEngine: EmbeddingModels {
    package var sentences: (any TextEmbedding)? { meanings.map(LocalSentences.init) }
    package var voiceprints: (any Voiceprinting)? { voices.map(LocalVoiceprints.init) }
}

/// The engine's sentence model. The first request loads it.
private struct LocalSentences: TextEmbedding {
    let loader: ModelLoader<SentenceEmbedder>
    var model: String { SentenceEmbedder.modelName }
    var dimensions: Int { SentenceEmbedder.dimensions }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        guard let use = try await loader.wait()?.get() else { throw CancellationError() }
        defer { withExtendedLifetime(use) {} }
        return try await use.model.embed(texts)
    }
}

/// The engine's voice model. The first request loads it.
private struct LocalVoiceprints: Voiceprinting {
    let loader: ModelLoader<SpeakerEmbedder>
    var model: String { SpeakerEmbedder.modelName }
    var shortest: Duration { SpeakerEmbedder.shortest }

    func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
        try await withEmbedder { (embedder) async throws in try await embedder.voiceprint(of: samples) }
    }

    func keptVoiceprint(of samples: [Float]) async throws -> Voiceprint? {
        try await withEmbedder { (embedder) async throws in try await embedder.keptVoiceprint(of: samples) }
    }

    /// Runs `body` with the voice model, which stays in memory meanwhile.
    private func withEmbedder(_ body: (SpeakerEmbedder) async throws -> Voiceprint?) async throws -> Voiceprint? {
        guard let use = try await loader.wait()?.get() else { throw CancellationError() }
        defer { withExtendedLifetime(use) {} }
        return try await body(use.model)
    }
}
