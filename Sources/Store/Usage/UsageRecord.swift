package import Conversations
package import Speech

/// The ledger's record of one engine's attempt to recognise some audio: who asked, with which engine, and how much audio; never the words.
package struct UsageRecord: Sendable, Equatable {
    /// Time for which single runs are kept; the daily sums stay.
    package static let retention: Duration = .seconds(180 * 86_400)

    package enum Status: String, Sendable, CaseIterable { case started, succeeded, failed }

    /// Certainty that the vendor charges for the attempt.
    package enum Billing: String, Sendable, CaseIterable { case certain, unknown, none }

    /// The reason why another engine was asked. The list is closed, because the reason becomes a label of a metric.
    package enum FallbackReason: String, Sendable, CaseIterable {
        case timeout = "provider_timeout"
        case failure = "provider_failure"
    }

    package struct Fallback: Sendable, Equatable {
        /// The engine that had failed before.
        package var from: EngineName
        package var reason: FallbackReason

        package init(from: EngineName, _ reason: FallbackReason) {
            self.from = from
            self.reason = reason
        }
    }

    /// The position of a stream in its session. If the stream's end was not recorded, the session's audio tells how much the stream may have
    /// received.
    package struct StreamPosition: Sendable, Equatable {
        package var session: ID<Session>
        /// Start of the stream, as time since the session's start.
        package var start: Duration
        package var channels: Int

        package init(of session: ID<Session>, from start: Duration, channels: Int) {
            self.session = session
            self.start = start
            self.channels = channels
        }
    }

    package var id: ID<UsageRecord>
    package var user: ID<User>
    package var key: ID<AccessKey>?
    package var conversation: ID<Conversation>?
    /// Position of the stream in its session; nil when the attempt is not a stream of a session.
    package var position: StreamPosition?
    package var engine: EngineName
    /// Model of the engine; nil when it is not known.
    package var model: String?
    package var workload: Workload
    package var kind: RecognitionAttempt.Kind
    package var payer: BillingParty
    package var status: Status
    package var started: UnixTime
    /// Time when the attempt ended; nil while it runs.
    package var completed: UnixTime?
    package var latency: Duration = .zero
    /// Audio that the engine received; the durations of all channels are added.
    package var audio: Duration = .zero
    /// Speech in that audio; nil when it was not measured.
    package var speech: Duration?
    package var billable: Duration = .zero
    /// Time for which a live stream was open, for each channel; nil: no stream, or not known.
    package var connected: Duration?
    /// The features that the vendor may bill apart.
    package var features: Set<BilledFeature> = []
    package var billing = Billing.none
    /// Cost of the attempt; nil when it is not known.
    package var cost: USDollars? = .zero
    /// Number of earlier attempts with the same engine.
    package var retries = 0
    /// The engine that had failed before this one was asked; nil when this engine was the first choice.
    package var fallback: Fallback?
    package var segments = 0
    package var words = 0
    package var speakers = 0
    package var identifiedSpeakers = 0
    /// The kind of the failure, never the text of its error.
    package var errorClass: String?

    package init(
        id: ID<UsageRecord>, user: ID<User>, key: ID<AccessKey>? = nil, conversation: ID<Conversation>? = nil, engine: EngineName,
        model: String? = nil,
        workload: Workload, kind: RecognitionAttempt.Kind, payer: BillingParty = .operator, status: Status = .started, started: UnixTime
    ) {
        self.id = id
        self.user = user
        self.key = key
        self.conversation = conversation
        self.engine = engine
        self.model = model
        self.workload = workload
        self.kind = kind
        self.payer = payer
        self.status = status
        self.started = started
    }

    /// The day in UTC to which the attempt counts: `2026-11-20`.
    package var day: String { String((completed ?? started).rfc3339.prefix(10)) }
}

extension UsageRecord {
    /// Records the outcome of the attempt.
    package mutating func end(_ run: RecognitionAttempt, at time: UnixTime, prices: PriceTable) {
        completed = time
        latency = run.start.duration(to: run.end)
        model = run.model ?? model
        audio = run.audio * max(1, run.channels)
        speech = run.passed.map { $0 * max(1, run.channels) }
        let heard = speech ?? audio
        status = run.error == nil && run.outcome != .cancelled ? .succeeded : .failed
        errorClass = status == .failed ? Self.errorClass(run) : nil
        switch run.outcome {
        case .completed: (billable, billing) = (heard, .certain)
        // A stream is charged for the audio that it received, whatever its outcome.
        case .cancelled, .givenUp, .failed: (billable, billing) = (heard, heard > .zero ? .unknown : .none)
        case .connectTimedOut, .declined: (billable, billing) = (.zero, .none)
        }
        connected = run.connected.map { $0 * max(1, run.channels) }
        features.formUnion(run.features)
        cost = prices.cost(of: work(audio: billable, connected: connected), at: time)
    }

    /// Records that the end of the process cut off the attempt.
    ///
    /// - Parameters:
    ///   - received: duration of the session's audio, as far as known, when the attempt is a stream.
    ///   - prices: prices for a new cost; nil to leave the cost unchanged.
    package mutating func interrupt(at time: UnixTime, received: Duration? = nil, prices: PriceTable? = nil) {
        status = .failed
        completed = time
        billing = .unknown
        errorClass = "interrupted"
        if let position, let received { audio = max(.zero, received - position.start) * max(1, position.channels) }
        billable = audio
        if let prices { cost = prices.cost(of: work(audio: billable, connected: nil), at: time) }
    }

    private static func errorClass(_ run: RecognitionAttempt) -> String {
        guard case .failed(let error) = run.outcome else { return run.outcome.label }
        return error.label
    }
}
