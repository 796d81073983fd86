/// One attempt of one engine at some audio, after its end. Each stream, each repair and each recording leaves one; metrics, traces, the health of engines
/// and accounts are made from it.
package struct RecognitionAttempt: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// A leg of a live session: a connection that takes audio as it comes.
        case stream
        /// A connection whose words are only compared with those of others.
        case shadow
        /// An interval of a live session that a stream had left, recognised beside it.
        case repair
        /// An interval of a session that was over.
        case recovery
        /// A whole recording.
        case recording
    }

    package enum Outcome: Sendable, Equatable {
        /// It covered all that it was given.
        case completed
        case failed(EngineError)
        /// It was sent speech and said nothing for too long.
        case stalled
        /// It did not open in time.
        case connectTimedOut
        /// Its answer was not needed any more: another engine's came first, or the session ended.
        case cancelled
        /// There was no room for it in time: it was not begun.
        case declined

        /// In few words, for metrics and logs.
        package var label: String {
            switch self {
            case .completed: "completed"
            case .failed: "failed"
            case .stalled: "stalled"
            case .connectTimedOut: "connect_timed_out"
            case .cancelled: "cancelled"
            case .declined: "declined"
            }
        }

        package init(_ error: EngineError) { self = error == .cancelled ? .cancelled : .failed(error) }
    }

    package var kind: Kind
    package var engine: EngineName
    /// The engine's own name of the model that it was asked for, or that it says it used; nil when that is not known.
    package var model: String?
    /// Number of channels that the engine heard.
    package var channels: Int
    /// Audio that the engine was given, of each channel.
    package var audio: Duration
    /// The part of that audio that a gate has let through to the engine; nil: there was no gate, and the engine heard everything.
    package var passed: Duration?
    /// The time when the engine was asked.
    package var start: Instant
    /// The time when the engine first took audio; nil when it never did, or took a whole recording.
    package var accepted: Instant?
    /// Time from the request to the first words; nil: there were none.
    package var firstAnswer: Duration?
    /// The longest that a session waited for words of which the engine had been sent the audio; nil: there were none, or it was no stream.
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

    /// The cause of an attempt that did not come to its end; nil where nobody is to blame.
    package var error: EngineError? {
        switch outcome {
        case .completed, .cancelled: nil
        case .failed(let error): error
        case .stalled: .timedOut("\(engine) was sent speech and said nothing.")
        case .connectTimedOut: .timedOut("\(engine) did not open a stream in time.")
        case .declined: .unavailable("There was no room for it in time.")
        }
    }
}
