package import Conversations
internal import Speakers
internal import Speech

extension LocalEngine: EmbeddingModels {
    package var sentences: (any TextEmbedding)? { meanings.map(LocalSentences.init) }
    package var voiceprints: (any Voiceprinting)? {
        voices.map { LocalVoiceprints(loader: $0, overlaps: overlaps, failures: failures, pool: embedding) }
    }
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

/// The engine's voice model, and its segmentation model. The first request loads each.
private struct LocalVoiceprints: SpeakerSegmenting {
    let loader: ModelLoader<SpeakerEmbedder>
    /// nil when set-up has not made the segmentation model.
    let overlaps: ModelLoader<SpeakerSegmentation>?
    let failures: ModelFailureReports
    let pool: DecodePool
    /// The time at which all work is due; nil: each part is due soon after it was asked for.
    var deadline: Instant?
    var model: String { SpeakerEmbedder.modelName }
    var answerCount: Int? { pool.doneCount }
    var shortest: Duration { SpeakerEmbedder.shortest }

    func voiceprint(of samples: [Float]) async throws -> Voiceprint? {
        try await withEmbedder { (embedder) async throws in try await embedder.voiceprint(of: samples, urgency) }
    }

    func keptVoiceprint(of samples: [Float]) async throws -> Voiceprint? {
        try await withEmbedder { (embedder) async throws in try await embedder.keptVoiceprint(of: samples) }
    }

    func withOneDeadline() -> any Voiceprinting { due(at: SpeakerEmbedder.usualDeadline) }
    // No deadline is earlier: with the present moment, work that is late would still go first.
    func ahead() -> any Voiceprinting { due(at: .start) }

    private func due(at deadline: Instant) -> any Voiceprinting {
        var model = self
        model.deadline = deadline
        return model
    }

    private var urgency: DecodeUrgency { .live(deadline: deadline ?? SpeakerEmbedder.usualDeadline) }

    func speakers(in samples: [Float]) async throws -> LocalSpeakers? {
        guard let use = try? await LocalEngine.use(of: overlaps, failures.segmentation), !samples.isEmpty else { return nil }
        defer { withExtendedLifetime(use) {} }
        let segmentation = use.model
        let heard = await pool.run(urgency) { _ in
            Result { () throws(InferenceError) in try segmentation.speakers(in: samples, from: .zero) }
        }
        do throws(InferenceError) { return try heard?.get() } catch {
            failures.segmentation.note(error)
            throw error
        }
    }

    /// Runs `body` with the voice model, which stays in memory meanwhile.
    private func withEmbedder(_ body: (SpeakerEmbedder) async throws -> Voiceprint?) async throws -> Voiceprint? {
        switch await loader.wait() {
        case nil: throw CancellationError()
        case .failure(let error):
            failures.voices.note(error)
            throw error
        case .success(let use):
            defer { withExtendedLifetime(use) {} }
            do { return try await body(use.model) } catch let error as InferenceError {
                failures.voices.note(error)
                throw error
            }
        }
    }
}
