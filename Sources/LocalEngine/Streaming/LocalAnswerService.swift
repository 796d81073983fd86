import Speech

/// The models of this machine for one channel of a live stream.
final class LocalAnswerService: AnswerService, @unchecked Sendable {
    // Unchecked: the lists of terms are used on the listening thread only.
    private let models: ModelUse<LocalModels>
    private let pool: DecodePool
    private let language: LiveLanguage
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
        self.models = models
        self.language = language
        self.pool = pool
    }

    func timing(_ options: StreamOptions) -> LiveTiming {
        let timing = LiveTiming(endpointing: options.askedEndpointing, turn: options.turn)
        // The model for other languages knows how a text begins without the words before it, and its work is dear.
        let hearsAgain =
            switch language {
            case .english: true
            case .other: false
            case .open(let open): !open.isOther(LanguageTag.english.primary)
            }
        guard !hearsAgain else { return timing }
        var other = timing.lookingOnce()
        other.contextLength = .zero
        return other
    }

    var findsLanguage: Bool { if case .open = language { true } else { false } }

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
        _ question: LiveQuestion, _ samples: [Float], mayWait: Bool, _ give: @escaping @Sendable (Result<LiveAnswer, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        var terms: KeyTermList?
        if case .terms(let list, _, _) = question { terms = lists[list] }
        let reader = ChannelReader(models.model, language, readings, earlier, terms), patience = Self.patience(question, mayWait: mayWait)
        if case .open(let open) = language, case .words(let audio, let hint, _) = question {
            let utterances = UtteranceReader(models.model, open, reader, pool, patience: patience)
            switch hint {
            case .decided(let code) where open.isOther(code):
                return Self.run(
                    { () async throws(EngineError) -> LiveAnswer in try await utterances.words(in: audio, language: code, samples) }, give)
            case .open(let former):
                return Self.run({ () async throws(EngineError) -> LiveAnswer in try await utterances.words(in: audio, after: former, samples) }, give)
            case .decided, .ofStream: break
            }
        }
        return pool.live(
            within: patience, { permit throws(InferenceError) in try reader.answer(question, samples, mayContinue: permit.mayContinue) }, give)
    }

    /// Begins work that may have to wait for a model. Returns a closure that cancels the work.
    private static func run<R: Sendable>(
        _ work: @escaping @Sendable () async throws(EngineError) -> R, _ give: @escaping @Sendable (Result<R, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        let task = Task {
            do throws(EngineError) {
                give(.success(try await work()))
            } catch {
                // Work that was cancelled has no outcome.
                if error != .cancelled { give(.failure(error)) }
            }
        }
        return { task.cancel() }
    }

    func isEmptied(_ audio: SampleRange) -> Bool { readings.isEmptied(audio) }

    // MARK: Interims

    func interimTiming(_ options: StreamOptions) -> InterimTiming { InterimTiming(options) }

    func read(
        _ request: SegmentRequest, _ samples: [Float], _ give: @escaping @Sendable (Result<SegmentResult, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        let recognizer = LiveRecognizer(models.model, language)
        // While an utterance has not told its language, its interims are in the one before: an interim decides nothing.
        if case .open(let open) = language, let code = request.language.code, open.isOther(code) {
            return Self.run(
                { [pool, patience = Self.interimPatience] () async throws(EngineError) -> SegmentResult in
                    guard let whisper = try await open.load() else { return SegmentResult(words: []) }
                    return try await pool.finish(.interim(deadline: .now + patience)) { (permit) throws(InferenceError) -> SegmentResult? in
                        try recognizer.other(code, whisper.model, request, samples, permit.mayContinue)
                    }
                }, give)
        }
        return pool.live(
            within: Self.interimPatience, isInterim: true,
            { permit throws(InferenceError) in try recognizer.recognize(request, samples, mayContinue: permit.mayContinue) }, give)
    }

    func settle(_ outcome: Result<SegmentResult, EngineError>) -> Result<SegmentResult, EngineError> {
        // An interim may be missed; its audio is read again.
        .success((try? outcome.get()) ?? SegmentResult(words: [], isSuspect: true))
    }

    /// Time that an interim may take: interims may be rare.
    static let interimPatience = Duration.seconds(3)

    /// Returns the time that an answer may take. An answer goes before every interim that has not waited for long, and interrupts those that run. The
    /// short work behind a reading goes before the readings of other streams: a final waits for nothing else by then. Draft readings, and what is found
    /// before a cut, come behind all other answers: they are needed in about a second.
    static func patience(_ question: LiveQuestion, mayWait: Bool) -> Duration {
        switch question {
        case _ where mayWait: .seconds(1)
        case .words, .terms: .milliseconds(200)
        case .times, .completeness: .milliseconds(100)
        }
    }
}
