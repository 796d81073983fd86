import Speech

/// An engine for recordings for one channel of a live stream. The engine reads each stretch of audio as a recording.
final class RecordingAnswerService: AnswerService {
    private let segments: RecordingSegmentService
    private let configuration: SegmentedEngine.Configuration
    private let readings = TimedReadings()

    /// - Parameter segments: the service of the stream's segments.
    init(_ segments: RecordingSegmentService, _ configuration: SegmentedEngine.Configuration) {
        self.segments = segments
        self.configuration = configuration
    }

    func timing(_ options: StreamOptions) -> LiveTiming {
        LiveTiming(endpointing: options.askedEndpointing, turn: options.turn).recordings(longest: configuration.longest)
    }

    /// The engine itself takes the terms, with each request.
    func terms(_ options: StreamOptions) -> Int? { nil }

    func answer(
        _ question: LiveQuestion, _ samples: [Float], mayWait: Bool, _ give: @escaping @Sendable (Result<LiveAnswer, EngineError>) -> Void
    ) -> @Sendable () -> Void {
        switch question {
        case .words(let audio, _, _):
            let request = SegmentRequest(id: 0, purpose: .final, audio: audio, speech: audio, prefix: [], context: nil)
            return segments.recognize(request, samples) { [readings] outcome in
                // An error ends the stream: without these words, a final would lose them.
                give(outcome.map { .words(readings.add($0, of: audio)) })
            }
        case .times(let words, let audio, let speech, _):
            give(.success(.times(readings.times(of: words, in: audio, speech: speech))))
        case .terms: give(.success(.terms([])))
        case .completeness:
            return segments.completeness(ofTurn: samples) { give(.success(.completeness($0))) }
        }
        return {}
    }

    func settle(_ answer: LiveAnswer) {
        if case .words = answer { segments.succeeded() }
    }

    func isEmptied(_ audio: SampleRange) -> Bool { readings.isEmptied(audio) }

    // MARK: Interims

    var clock: @Sendable () -> Instant { segments.clock }

    func interimTiming(_ options: StreamOptions) -> InterimTiming { InterimTiming(options).recordings(configuration) }

    func read(
        _ request: SegmentRequest, _ samples: [Float], _ give: @escaping @Sendable (Result<SegmentResult, EngineError>) -> Void
    ) -> @Sendable () -> Void { segments.recognize(request, samples, give) }

    func settle(_ outcome: Result<SegmentResult, EngineError>) -> Result<SegmentResult, EngineError> { segments.settle(interim: outcome) }
}

extension LiveTiming {
    /// Returns the timing for an engine that reads each stretch as a recording.
    ///
    /// - Parameter longest: maximum length of a stretch that is not final.
    func recordings(longest: Duration) -> LiveTiming {
        var timing = lookingOnce()
        timing.cut(at: SampleCount(longest, at: .speech))
        return timing
    }
}
