package import Conversations

extension LocalEngine: EmbeddingModels {
    package var sentences: (any TextEmbedding)? { has.meanings ? LocalSentences(loading: loading) : nil }
    package var voiceprints: (any Voiceprinting)? { has.voices ? LocalVoiceprints(loading: loading) : nil }
}

/// The engine's sentence model. Requests wait while the model is being loaded.
private struct LocalSentences: TextEmbedding {
    let loading: LoadedModels
    var model: String { SentenceEmbedder.modelName }
    var dimensions: Int { SentenceEmbedder.dimensions }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        guard let models = try await loading.wait()?.get() else { throw CancellationError() }
        guard let embedder = models.sentenceEmbedder else {
            throw InferenceError.unusableModel(path: SentenceEmbedder.modelName, reason: "it could not be loaded")
        }
        return try await embedder.embed(texts)
    }
}

/// The engine's voice model. Requests wait while the model is being loaded.
private struct LocalVoiceprints: Voiceprinting {
    let loading: LoadedModels
    var model: String { SpeakerEmbedder.modelName }
    var shortest: Duration { SpeakerEmbedder.shortest }

    func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
        guard let models = try await loading.wait()?.get() else { throw CancellationError() }
        guard let embedder = models.speakerEmbedder else {
            throw InferenceError.unusableModel(path: SpeakerEmbedder.modelName, reason: "it could not be loaded")
        }
        return try await embedder.voiceprint(of: samples)
    }
}
