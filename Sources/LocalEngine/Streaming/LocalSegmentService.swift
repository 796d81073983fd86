import Speech

/// The models of this machine for one live stream.
final class LocalSegmentService: SegmentService {
    private let models: ModelUse<LocalModels>
    private let pool: DecodePool
    private let usesKeyTerms: Bool
    /// The language of the stream, with the model for other languages than English if the stream is in one.
    private let language: LiveLanguage

    init(_ models: ModelUse<LocalModels>, _ language: LiveLanguage, _ pool: DecodePool, usesKeyTerms: Bool) {
        self.models = models
        self.language = language
        self.pool = pool
        self.usesKeyTerms = usesKeyTerms
    }

    let lateness = EngineError.unavailable("the local engine cannot keep up with its live streams")

    func makeDetector() throws -> any VoiceDetector { SpeechProbabilities(models.model.voiceActivity) }

    func makeAnswerServices(_ count: Int) -> [any AnswerService] {
        (0..<count).map { _ in LocalAnswerService(models, language, pool, usesKeyTerms: usesKeyTerms) }
    }

    /// Does nothing: each channel takes the options at its own place in the audio.
    func update(_ options: StreamOptions) {}
}
