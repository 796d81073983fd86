import Speech

/// The models of one channel of a live stream: answers the core's questions, and reads the channel for interims.
/// Its methods are called on the listening thread only, and do not block; its answers come on any thread.
protocol AnswerService: AnyObject, Sendable {
    /// Returns the timing of finals that the stream's client asked for, within the limits of this service.
    func timing(_ options: StreamOptions) -> LiveTiming

    /// Uses the key terms of these options from here on.
    ///
    /// - Returns: the number of the list that the core's questions name; nil: no terms are put in.
    func terms(_ options: StreamOptions) -> Int?

    /// True if nobody named the stream's language: each utterance tells its own. Stays the same for the whole stream.
    var findsLanguage: Bool { get }

    /// Begins to answer a question. The answer depends on the question, its samples and the answers before, and on nothing else.
    ///
    /// - Parameters:
    ///   - samples: the audio of the question.
    ///   - mayWait: true for a draft reading, and for the times of the words by which a window may be cut: less urgent than other answers, and more
    ///     urgent than interims. The answer does not depend on this.
    ///   - give: takes the answer, or the error, at most once; it may not be called when the work was cancelled.
    /// - Returns: a closure that cancels the work.
    func answer(
        _ question: LiveQuestion, _ samples: [Float], mayWait: Bool, _ give: @escaping @Sendable (Result<LiveAnswer, EngineError>) -> Void
    ) -> @Sendable () -> Void

    /// Takes an answer before the core does.
    func settle(_ answer: LiveAnswer)

    /// Returns true if the latest reading of this audio has no words because its text could not be right.
    func isEmptied(_ audio: SampleRange) -> Bool

    // MARK: Interims

    /// Returns the timing of interims that the stream's client asked for, within the limits of this service.
    func interimTiming(_ options: StreamOptions) -> InterimTiming

    /// Begins to read audio for an interim. No answer depends on the result.
    ///
    /// - Parameter give: takes the result, or the error, at most once; it may not be called when the work was cancelled.
    /// - Returns: a closure that cancels the work.
    func read(
        _ request: SegmentRequest, _ samples: [Float], _ give: @escaping @Sendable (Result<SegmentResult, EngineError>) -> Void
    ) -> @Sendable () -> Void

    /// Takes the outcome of an interim's reading before the channel does. Returns the result that the channel uses; an error ends the stream.
    func settle(_ outcome: Result<SegmentResult, EngineError>) -> Result<SegmentResult, EngineError>

    /// The time by which it is measured how long a reading takes.
    var clock: @Sendable () -> Instant { get }
}

extension AnswerService {
    var findsLanguage: Bool { false }
    func settle(_ answer: LiveAnswer) {}
    var clock: @Sendable () -> Instant { { .now } }
}
