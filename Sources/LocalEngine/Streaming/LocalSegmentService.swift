import Speech

/// The models of this machine for one live stream.
final class LocalSegmentService: SegmentService, @unchecked Sendable {
    // Unchecked: `language` is used on the listening thread only.
    private let models: ModelUse<LocalModels>
    private let pool: DecodePool
    private let usesKeyTerms: Bool
    /// The language of the stream, with the model for other languages than English if it is needed.
    private var language: LiveLanguage

    init(_ models: ModelUse<LocalModels>, _ language: LiveLanguage, _ pool: DecodePool, usesKeyTerms: Bool) {
        self.models = models
        self.language = language
        self.pool = pool
        self.usesKeyTerms = usesKeyTerms
    }

    let lateness = EngineError.unavailable("the local engine cannot keep up with its live streams")

    func makeDetector() throws -> any VoiceDetector { SpeechProbabilities(models.model.voiceActivity) }

    func makeAnswerServices(_ count: Int) -> [any AnswerService] {
        // From here on each channel has its own language. The stream itself keeps the model for other languages in memory no longer.
        defer { language = .english }
        return (0..<count).map { _ in LocalAnswerService(models, language, pool, usesKeyTerms: usesKeyTerms) }
    }

    /// Does nothing: each channel takes the options at its own place in the audio.
    func update(_ options: StreamOptions) {}
}
