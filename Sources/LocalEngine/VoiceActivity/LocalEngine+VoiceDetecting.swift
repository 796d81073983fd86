package import Speech

extension LocalEngine: VoiceDetecting {
    package var window: SampleCount { VoiceActivity.window }

    package func makeDetector() throws(EngineError) -> (any VoiceDetector)? {
        switch recognition.use() {
        case nil: nil
        case .failure(let error): throw .unavailable(error.description)
        case .success(let use): ModelDetector(use)
        }
    }

    package func loadedDetector() async throws(EngineError) -> (any VoiceDetector)? { ModelDetector(try await models()) }
}

extension SpeechProbabilities: VoiceDetector {}

/// A detector that keeps its model in memory.
private struct ModelDetector: VoiceDetector {
    private let use: ModelUse<LocalModels>
    private var probabilities: SpeechProbabilities

    init(_ use: ModelUse<LocalModels>) {
        self.use = use
        probabilities = SpeechProbabilities(use.model.voiceActivity)
    }

    mutating func append(_ samples: Span<Float>, _ each: (_ probability: Float, _ power: Float) -> Void) throws {
        try probabilities.append(samples, each)
    }
}
