/// One engine's attempt at some audio, after its end. Each stream, each repair and each recording leaves one attempt; metrics, traces, engine health
/// and usage records are made from attempts.
package struct RecognitionAttempt: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// A leg of a live session: a connection that takes audio as it comes.
        case stream
        /// A connection whose words are only compared with those of others.
        case shadow
        /// An interval of a live session that a stream did not recognize, recognised separately while the session goes on.
        case repair
        /// An interval of a session that is over.
        case recovery
        /// A whole recording.
        case recording
    }

    package enum Outcome: Sendable, Equatable {
        /// The attempt recognized all of its audio.
        case completed
        case failed(EngineError)
        /// The stream was open, and the session gave it up.
        case givenUp(GivenUp)
        /// The stream did not open in time.
        case connectTimedOut
        /// The answer was not needed any more: another engine answered first, or the session ended.
        case cancelled
        /// The engine had no room in time, so the attempt did not begin.
        case declined

        /// The outcome in a few words, for metrics and logs.
        package var label: String {
            switch self {
            case .completed: "completed"
            case .failed: "failed"
            case .givenUp(let reason): reason.rawValue
            case .connectTimedOut: "connect_timed_out"
            case .cancelled: "cancelled"
            case .declined: "declined"
            }
        }

        /// The reason why a session gives up an open stream. The raw values are labels in metrics and logs.
        package enum GivenUp: String, Sendable, CaseIterable {
            /// The engine was sent speech, and answered nothing for too long.
            case stalled

            /// The reason as the end of a sentence about the engine.
            fileprivate var sentence: String {
                switch self {
                case .stalled: "was sent speech and did not answer."
                }
            }
        }

        package init(_ error: EngineError) { self = error == .cancelled ? .cancelled : .failed(error) }
    }

    package var kind: Kind
    package var engine: EngineName
    /// The model that was asked for, or that the engine reported, by the engine's own name; nil when neither is known.
    package var model: String?
    /// The vendor's identifier of its session or request; nil when the vendor gave none.
    package var session: String?
    /// Number of channels that the engine heard.
    package var channels: Int
    /// Duration of the audio that the engine was given, in each channel.
    package var audio: Duration
    /// The part of that audio that a gate let through to the engine; nil: there was no gate, and the engine heard everything.
    package var passed: Duration?
    /// Time for which a stream was open at the engine, from its opening to its close; nil: no stream, or a stream that never opened.
    package var connected: Duration?
    /// The features that the request asked for, and that a vendor may bill apart.
    package var features: Set<BilledFeature> = []
    /// The time when the engine was asked.
    package var start: Instant
    /// The time when the engine first took audio; nil when the engine never took audio, or took a whole recording.
    package var accepted: Instant?
    /// Time from the request to the first words; nil when there were no words.
    package var firstAnswer: Duration?
    /// Longest wait of a session for words whose audio the engine had already received; nil when there were no words, or when the attempt was not a
    /// stream.
    package var slowest: Duration?
    package var end: Instant
    package var outcome: Outcome

    package init(
        _ kind: Kind, engine: EngineName, model: String?, channels: Int = 1, audio: Duration, passed: Duration? = nil, start: Instant,
        accepted: Instant? = nil,
        firstAnswer: Duration? = nil, slowest: Duration? = nil, end: Instant, outcome: Outcome
    ) {
        self.kind = kind
        self.engine = engine
        self.model = model
        self.channels = channels
        self.audio = audio
        self.passed = passed
        self.start = start
        self.accepted = accepted
        self.firstAnswer = firstAnswer
        self.slowest = slowest
        self.end = end
        self.outcome = outcome
    }

    /// The error that ended the attempt early; nil for a completed or cancelled attempt.
    package var error: EngineError? {
        switch outcome {
        case .completed, .cancelled: nil
        case .failed(let error): error
        case .givenUp(let reason): .timedOut("\(engine) \(reason.sentence)")
        case .connectTimedOut: .timedOut("\(engine) did not open a stream in time.")
        case .declined: .unavailable("There was no room for the work in time.")
        }
    }
}
