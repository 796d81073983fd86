import Speech

/// The recogniser of one live stream's segments. Its methods are called on the listening thread only, and do not block; its answers come on any thread.
protocol SegmentService: AnyObject, Sendable {
    /// Makes the voice detector of one channel.
    func makeDetector() throws -> any VoiceDetector

    /// Makes the models of each channel of a stream whose finals are decided by the core; nil: the stream is recognized utterance by utterance.
    /// Called once, before any audio.
    ///
    /// - Parameter count: number of the stream's channels.
    func makeAnswerServices(_ count: Int) -> [any AnswerService]?

    /// Returns the timing that the stream's client asked for, within the limits of this service.
    func timing(_ options: StreamOptions) -> StreamTiming

    /// Uses these options for segments from here on.
    func update(_ options: StreamOptions)

    /// Begins to recognise a segment.
    ///
    /// - Parameters:
    ///   - samples: the audio of the segment and its context.
    ///   - answer: takes the result, or the error, at most once; it may not be called when the work was cancelled.
    /// - Returns: a closure that cancels the work.
    func recognize(
        _ request: SegmentRequest, _ samples: [Float], _ answer: @escaping @Sendable (Result<SegmentResult, EngineError>) -> Void
    ) -> @Sendable () -> Void

    /// Takes the outcome of a request before the stream does. Returns the result that the stream uses; an error ends the stream.
    func settle(_ outcome: Result<SegmentResult, EngineError>, of purpose: SegmentRequest.Purpose) -> Result<SegmentResult, EngineError>

    /// Begins to judge whether the turn that ends with `samples` is complete. Without an answer, silence ends the turn.
    func judge(turn samples: [Float], _ answer: @escaping @Sendable (Float) -> Void)

    /// The reason for which a stream is closed when recognition cannot keep up.
    var lateness: EngineError { get }

    /// The time by which it is measured how long a request takes.
    var clock: @Sendable () -> Instant { get }
}

extension SegmentService {
    var clock: @Sendable () -> Instant { { .now } }
}
