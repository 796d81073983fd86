package import Conversations
package import Speech

/// One attempt of one engine at some audio, as the ledger keeps it: who, what, how much; never what was said.
package struct UsageRecord: Sendable, Equatable {
    /// Time for which single runs are kept; the sums of their days stay.
    package static let retention: Duration = .seconds(180 * 86_400)

    package enum Status: String, Sendable, CaseIterable { case started, succeeded, failed }

    /// Whether the vendor charges for it.
    package enum Billing: String, Sendable, CaseIterable { case certain, unknown, none }

    /// Why another engine was asked. A closed list: it becomes a metric's label.
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

    /// Where in a session a stream of it begins: when nobody saw its end, the session's audio tells what it may have been sent.
    package struct Stretch: Sendable, Equatable {
        package var session: ID<Session>
        /// On the session's clock.
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
    /// nil: it is no stream of a session's.
    package var stretch: Stretch?
    package var engine: EngineName
    /// nil: not known.
    package var model: String?
    package var workload: Workload
    package var kind: RecognitionAttempt.Kind
    package var payer: BillingParty
    package var status: Status
    package var started: UnixTime
    /// nil as long as it runs.
    package var completed: UnixTime?
    package var latency: Duration = .zero
    /// What the engine was given, each channel counted.
    package var audio: Duration = .zero
    /// Of that, what was speech; nil: nobody has measured it.
    package var speech: Duration?
    package var billable: Duration = .zero
    package var billing = Billing.none
    /// nil: nobody knows.
    package var cost: USDollars? = .zero
    /// How often the same engine had been asked before.
    package var retries = 0
    /// nil: it was the first choice.
    package var fallback: Fallback?
    package var segments = 0
    package var words = 0
    package var speakers = 0
    package var identifiedSpeakers = 0
    /// The kind of failure, never its words.
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

    /// The day in UTC that it counts for: `2026-11-20`.
    package var day: String { String((completed ?? started).rfc3339.prefix(10)) }
}

extension UsageRecord {
    /// Takes over what became of the attempt.
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
        // A stream is charged for what it was sent, whatever became of it.
        case .cancelled, .stalled, .failed: (billable, billing) = (heard, heard > .zero ? .unknown : .none)
        case .connectTimedOut, .declined: (billable, billing) = (.zero, .none)
        }
        cost = prices.cost(of: billable, engine: engine, model: model, workload: workload, at: time)
    }

    /// What is left of an attempt that the end of the process cut off.
    ///
    /// - Parameters:
    ///   - received: of a stream: how much audio its session had, as far as anybody knows.
    ///   - prices: nil: what it may cost stays what it was.
    package mutating func interrupt(at time: UnixTime, received: Duration? = nil, prices: PriceTable? = nil) {
        status = .failed
        completed = time
        billing = .unknown
        errorClass = "interrupted"
        if let stretch, let received { audio = max(.zero, received - stretch.start) * max(1, stretch.channels) }
        billable = audio
        if let prices { cost = prices.cost(of: billable, engine: engine, model: model, workload: workload, at: time) }
    }

    private static func errorClass(_ run: RecognitionAttempt) -> String {
        guard case .failed(let error) = run.outcome else { return run.outcome.label }
        return error.label
    }
}
