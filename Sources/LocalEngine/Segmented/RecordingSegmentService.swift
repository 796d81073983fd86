import Speech
import Synchronization

/// An engine for recordings as the models of one live stream.
final class RecordingSegmentService: SegmentService, @unchecked Sendable {
    // Unchecked: all that changes is used on the listening thread only; `keeper` is never used.
    private let engine: any PrerecordedEngine
    private let detecting: any VoiceDetecting
    /// A detector that keeps the detector's model in memory.
    private let keeper: any VoiceDetector
    private let turns: (any TurnJudging)?
    private let configuration: SegmentedEngine.Configuration
    private let order: @Sendable (StreamOptions) -> RecognitionOptions
    let clock: @Sendable () -> Instant
    private let timeout: Timeout
    private let judgments = Mutex(PendingJudgments())
    private var options: RecognitionOptions
    private var failures = SegmentFailures()

    init(
        _ engine: any PrerecordedEngine, _ detecting: any VoiceDetecting, keeper: any VoiceDetector, _ turns: (any TurnJudging)?,
        _ configuration: SegmentedEngine.Configuration, _ options: StreamOptions, clock: @escaping @Sendable () -> Instant,
        _ timeout: Timeout, _ order: @escaping @Sendable (StreamOptions) -> RecognitionOptions
    ) {
        self.clock = clock
        self.timeout = timeout
        self.engine = engine
        self.detecting = detecting
        self.keeper = keeper
        self.turns = turns
        self.configuration = configuration
        self.order = order
        self.options = order(options)
    }

    var lateness: EngineError { .unavailable("\(engine.name) cannot keep up with the stream") }

    func makeDetector() throws -> any VoiceDetector {
        guard let detector = try detecting.makeDetector() else { throw EngineError.unavailable("the voice detector's model is not loaded") }
        return detector
    }

    func makeAnswerServices(_ count: Int) -> [any AnswerService] {
        (0..<count).map { _ in RecordingAnswerService(self, configuration) }
    }

    func update(_ options: StreamOptions) { self.options = order(options) }

    /// Begins to have a stretch of audio recognized.
    ///
    /// - Parameters:
    ///   - samples: the audio of the request.
    ///   - answer: takes the result, or the error, at most once; it may not be called when the work was cancelled.
    /// - Returns: a closure that cancels the work.
    func recognize(
        _ request: SegmentRequest, _ samples: [Float], _ answer: @escaping @Sendable (Result<SegmentResult, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        var options = options
        options.wordTimes = request.purpose != .interim || request.timesInterim
        // A final that comes late is worse than another engine's, and an interim is soon replaced.
        options.isUrgent = true
        let limit = configuration.patience + .seconds(request.audio.count.seconds(at: .speech))
        return timeout.run(
            within: limit,
            { [engine, options] () -> Result<SegmentResult, EngineError>? in
                // A request that was cancelled before its turn came is not sent.
                guard !Task.isCancelled else { return nil }
                do throws(EngineError) {
                    let audio = try SegmentAudio(samples)
                    // The recording's path names the descriptor that the audio keeps open.
                    defer { withExtendedLifetime(audio) {} }
                    let transcript = try await engine.recognize(audio.recording, options: options) { _ in }
                    return .success(TranscribedSegment(transcript, of: request).result)
                } catch {
                    return error == .cancelled && Task.isCancelled ? nil : .failure(error)
                }
            },
            late: { [engine] in .failure(.timedOut("\(engine.name) did not recognize a segment in time.")) }, answer)
    }

    /// Takes the outcome of an interim's request before the channel does. Returns the result that the channel uses; an error ends the stream.
    func settle(interim outcome: Result<SegmentResult, EngineError>) -> Result<SegmentResult, EngineError> {
        switch outcome {
        case .success:
            failures.succeeded()
            return outcome
        case .failure(let error):
            // An interim may be missed; the audio is recognized again later.
            return failures.isTolerable(error) ? .success(SegmentResult(words: [], isSuspect: true)) : outcome
        }
    }

    /// Begins to judge whether a turn is complete.
    ///
    /// - Parameter answer: takes the probability, 0…1; nil when there is no model to ask, or when the model does not answer in time. A model that was
    ///   late is not asked again before it has answered.
    /// - Returns: a closure that cancels the work.
    func completeness(ofTurn samples: [Float], _ answer: @escaping @Sendable (Float?) -> Void) -> @Sendable () -> Void {
        guard let turns, let id = judgments.withLock({ $0.areLate ? nil : $0.begin() }) else {
            answer(nil)
            return {}
        }
        return timeout.run(
            within: configuration.judgmentPatience, endsWork: false,
            { [weak self] () -> Float?? in
                let probability = await turns.judge(turn: samples)
                self?.judgments.withLock { $0.end(id) }
                // The threshold of the timing is that of the machine's own model.
                return .some(probability.map { $0 - turns.completeness + EndOfTurn.threshold })
            },
            late: { [weak self] in
                self?.judgments.withLock { $0.timeOut(id) }
                return nil
            }, answer)
    }

    /// Notes that a request succeeded.
    func succeeded() { failures.succeeded() }
}

extension InterimTiming {
    /// Returns the timing for an engine that reads each stretch as a recording.
    func recordings(_ configuration: SegmentedEngine.Configuration) -> InterimTiming {
        var timing = self
        timing.period = SampleCount(max(configuration.interimPeriod, .milliseconds(200)), at: .speech)
        timing.rarePeriod = timing.period
        timing.settlesWords = false
        timing.dropsRequests = false
        // Other streams do not share this engine's threads, so no time is left to them.
        timing.restFactor = 1
        return timing
    }
}
