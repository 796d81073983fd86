import Speech

/// The recogniser of a live stream's segments with the models of this machine.
final class LocalSegmentService: SegmentService, @unchecked Sendable {
    // Unchecked: `language` and `terms` are used on the listening thread only.
    private let models: ModelUse<LocalModels>
    private let pool: DecodePool
    private let usesKeyTerms: Bool
    private let finals: LiveFinals
    /// The language of the stream, with the model for other languages than English if it is needed. Without meaning where the core decides.
    private var language: LiveLanguage
    /// The key terms; nil when there are none.
    private var terms: KeyTermList?

    init(_ models: ModelUse<LocalModels>, _ language: LiveLanguage, _ pool: DecodePool, usesKeyTerms: Bool, _ finals: LiveFinals) {
        self.models = models
        self.language = language
        self.pool = pool
        self.usesKeyTerms = usesKeyTerms
        self.finals = finals
    }

    let lateness = EngineError.unavailable("the local engine cannot keep up with its live streams")

    func makeDetector() throws -> any VoiceDetector { SpeechProbabilities(models.model.voiceActivity) }

    func makeAnswerServices(_ count: Int) -> [any AnswerService]? {
        switch finals {
        case .utterances: return nil
        case .core:
            // From here on each channel has its own language. The stream itself keeps the model for other languages in memory no longer.
            defer { language = .english }
            return (0..<count).map { _ in LocalAnswerService(models, language, pool, usesKeyTerms: usesKeyTerms) }
        }
    }

    func timing(_ options: StreamOptions) -> StreamTiming { StreamTiming(options) }

    /// Sets the key terms of finals from here on, and compiles them before the first final needs them.
    func update(_ options: StreamOptions) {
        guard usesKeyTerms, options.keyterms != terms?.terms ?? [] else { return }
        terms = KeyTermList(options.keyterms, models.model.keyTerms)
        guard let terms else { return }
        pool.submit(.live(deadline: .now + .seconds(1))) { _ in _ = terms.compiled }
    }

    func recognize(
        _ request: SegmentRequest, _ samples: [Float], _ answer: @escaping @Sendable (Result<SegmentResult, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        let recognizer = LiveRecognizer(models.model, language, terms)
        return pool.live(
            within: Self.patience(request.purpose),
            { permit throws(InferenceError) in try recognizer.recognize(request, samples, mayContinue: permit.mayContinue) }, answer)
    }

    func settle(_ outcome: Result<SegmentResult, EngineError>, of purpose: SegmentRequest.Purpose) -> Result<SegmentResult, EngineError> {
        if case .success(let result) = outcome, let found = result.found { language.decide(found) }
        return outcome
    }

    func judge(turn samples: [Float], _ answer: @escaping @Sendable (Float) -> Void) {
        guard let endOfTurn = models.model.endOfTurn else { return }
        pool.submit(.live(deadline: .now + .milliseconds(300))) { _ in
            guard let probability = try? endOfTurn.probability(samples.span) else { return }
            answer(probability)
        }
    }

    /// Returns the time that a result may take: finals are urgent, and interims may be rarer. A final goes before every interim that has not waited
    /// for long.
    private static func patience(_ purpose: SegmentRequest.Purpose) -> Duration {
        switch purpose {
        case .final: .milliseconds(200)
        case .cut: .milliseconds(500)
        case .interim: .seconds(3)
        }
    }
}
