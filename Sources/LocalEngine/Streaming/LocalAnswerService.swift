import Speech

/// The models of this machine for one channel of a live stream.
final class LocalAnswerService: AnswerService, @unchecked Sendable {
    // Unchecked: `language` and the lists of terms are used on the listening thread only.
    private let models: ModelUse<LocalModels>
    private let pool: DecodePool
    /// The channel's language. Channels find it out by themselves: the order in which their answers come must change nothing.
    private var language: LiveLanguage
    /// True if the language was not English from the beginning. A language that is found out changes no timing: an update of the options would find it
    /// decided or not, as the load has it.
    private let isOther: Bool
    private let readings = TimedReadings()
    private let earlier = EarlierReadings()
    private let usesKeyTerms: Bool
    /// The latest lists of key terms, by their numbers.
    private var lists: [Int: KeyTermList] = [:]
    private var lastList = 0
    /// Number of lists that are kept: questions about earlier audio may still name one.
    private static let memory = 16

    init(_ models: ModelUse<LocalModels>, _ language: LiveLanguage, _ pool: DecodePool, usesKeyTerms: Bool) {
        self.usesKeyTerms = usesKeyTerms
        isOther = if case .other = language.state { true } else { false }
        self.models = models
        self.language = language
        self.pool = pool
    }

    func timing(_ options: StreamOptions) -> LiveTiming {
        let timing = LiveTiming(endpointing: options.askedEndpointing, turn: options.turn)
        guard isOther else { return timing }
        // This model knows how a text begins without the words before it, and its work is dear.
        var other = timing.lookingOnce()
        other.contextLength = .zero
        return other
    }

    func terms(_ options: StreamOptions) -> Int? {
        guard usesKeyTerms else { return nil }
        if options.keyterms == lists[lastList]?.terms { return lastList }
        guard let list = KeyTermList(options.keyterms, models.model.keyTerms) else { return nil }
        lastList += 1
        lists[lastList] = list
        lists[lastList - Self.memory] = nil
        // The terms are compiled before the first final needs them.
        pool.submit(.live(deadline: .now + .seconds(1))) { _ in _ = list.compiled }
        return lastList
    }

    func answer(
        _ question: LiveQuestion, _ samples: [Float], _ give: @escaping @Sendable (Result<LiveAnswer, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        var terms: KeyTermList?
        if case .terms(let list, _, _) = question { terms = lists[list] }
        let reader = ChannelReader(models.model, language, readings, earlier, terms)
        return pool.live(
            within: Self.patience(question),
            { permit throws(InferenceError) in try reader.answer(question, samples, mayContinue: permit.mayContinue) }, give)
    }

    func settle(_ answer: LiveAnswer) {
        guard case .words(let words) = answer, let found = words.lazy.compactMap(\.language).first else { return }
        language.decide(found)
    }

    func isEmptied(_ audio: SampleRange) -> Bool { readings.isEmptied(audio) }

    // MARK: Interims

    func interimTiming(_ options: StreamOptions) -> InterimTiming { InterimTiming(timesInterims: options.timesInterims) }

    func read(
        _ request: SegmentRequest, _ samples: [Float], _ give: @escaping @Sendable (Result<SegmentResult, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        // While the language is not known, an interim finds it out for itself alone.
        let recognizer = LiveRecognizer(models.model, language)
        return pool.live(
            within: Self.interimPatience, isInterim: true,
            { permit throws(InferenceError) in try recognizer.recognize(request, samples, mayContinue: permit.mayContinue) }, give)
    }

    func settle(_ outcome: Result<SegmentResult, EngineError>) -> Result<SegmentResult, EngineError> {
        // An interim may be missed; its audio is read again.
        .success((try? outcome.get()) ?? SegmentResult(words: [], isSuspect: true))
    }

    /// Time that an interim may take: interims may be rare.
    private static let interimPatience = Duration.seconds(3)

    /// Returns the time that an answer may take. An answer goes before every interim that has not waited for long, and interrupts those that run.
    private static func patience(_ question: LiveQuestion) -> Duration {
        switch question {
        case .words, .times, .terms: .milliseconds(200)
        case .completeness: .milliseconds(300)
        }
    }
}
