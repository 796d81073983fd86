package import Conversations
package import Speech

/// One attempt of one engine at some audio, as the ledger keeps it: who, what, how much; never what was said.
package struct UsageRun: Sendable, Equatable {
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

    package var id: ID<UsageRun>
    package var user: ID<User>
    package var key: ID<AccessKey>?
    package var conversation: ID<Conversation>?
    package var engine: EngineName
    /// nil: not known.
    package var model: String?
    package var workload: Workload
    package var kind: RecognitionRun.Kind
    package var payer: Payer
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
        id: ID<UsageRun>, user: ID<User>, key: ID<AccessKey>? = nil, conversation: ID<Conversation>? = nil, engine: EngineName, model: String? = nil,
        workload: Workload, kind: RecognitionRun.Kind, payer: Payer = .operator, status: Status = .started, started: UnixTime
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

extension UsageRun {
    /// Takes over what became of the attempt.
    package mutating func end(_ run: RecognitionRun, at time: UnixTime, prices: PriceTable) {
        completed = time
        latency = run.start.duration(to: run.end)
        model = run.model ?? model
        audio = run.audio * max(1, run.channels)
        status = run.error == nil && run.outcome != .cancelled ? .succeeded : .failed
        errorClass = status == .failed ? Self.errorClass(run) : nil
        switch run.outcome {
        case .completed: (billable, billing) = (audio, .certain)
        // A stream is charged for what it was sent, whatever became of it.
        case .cancelled, .stalled, .failed: (billable, billing) = (audio, audio > .zero ? .unknown : .none)
        case .connectTimedOut, .declined: (billable, billing) = (.zero, .none)
        }
        cost = prices.cost(of: billable, engine: engine, model: model, workload: workload, at: time)
    }

    /// What is left of an attempt that the end of the process cut off.
    package mutating func interrupt(at time: UnixTime) {
        status = .failed
        completed = time
        billing = .unknown
        errorClass = "interrupted"
    }

    private static func errorClass(_ run: RecognitionRun) -> String {
        guard case .failed(let error) = run.outcome else { return run.outcome.label }
        return error.label
    }
}
