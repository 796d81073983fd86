package import Speech

/// Sums over runs. The sums are whole numbers, so the order of addition does not matter.
package struct UsageTotals: Sendable, Equatable {
    package var runs: Int64 = 0
    package var failed: Int64 = 0
    /// Audio in nanoseconds, as the other durations.
    package var audio: Int64 = 0
    package var speech: Int64 = 0
    package var billable: Int64 = 0
    /// Sum of the known costs.
    package var cost = USDollars.zero
    /// Number of runs whose cost is not known.
    package var unpriced: Int64 = 0
    package var retries: Int64 = 0
    package var fallbacks: Int64 = 0
    package var segments: Int64 = 0
    package var words: Int64 = 0
    package var speakers: Int64 = 0
    package var identifiedSpeakers: Int64 = 0

    package init() {}

    package static func += (totals: inout Self, run: UsageRecord) {
        totals.runs += 1
        if run.status == .failed { totals.failed += 1 }
        totals.audio += run.audio.wholeNanoseconds
        totals.speech += run.speech?.wholeNanoseconds ?? 0
        totals.billable += run.billable.wholeNanoseconds
        if let cost = run.cost { totals.cost = totals.cost + cost } else { totals.unpriced += 1 }
        totals.retries += Int64(run.retries)
        totals.fallbacks += run.fallback == nil ? 0 : 1
        totals.segments += Int64(run.segments)
        totals.words += Int64(run.words)
        totals.speakers += Int64(run.speakers)
        totals.identifiedSpeakers += Int64(run.identifiedSpeakers)
    }

    package static func += (a: inout Self, b: Self) {
        a.runs += b.runs
        a.failed += b.failed
        a.audio += b.audio
        a.speech += b.speech
        a.billable += b.billable
        a.cost = a.cost + b.cost
        a.unpriced += b.unpriced
        a.retries += b.retries
        a.fallbacks += b.fallbacks
        a.segments += b.segments
        a.words += b.words
        a.speakers += b.speakers
        a.identifiedSpeakers += b.identifiedSpeakers
    }

    package var audioTime: Duration { .nanoseconds(audio) }

    /// Sum of the known costs; nil when there are runs and none of them has a known cost.
    package var knownCost: USDollars? { runs > 0 && unpriced == runs ? nil : cost }
}

/// The properties by which runs are grouped for sums.
package struct UsageGroup: Hashable, Comparable, Sendable {
    package var day: String?
    package var key: String?
    package var engine: EngineName
    package var model: String
    package var workload: Workload

    package init(day: String? = nil, key: String? = nil, engine: EngineName, model: String, workload: Workload) {
        self.day = day
        self.key = key
        self.engine = engine
        self.model = model
        self.workload = workload
    }

    private var order: [String] { [day ?? "", key ?? "", engine.rawValue, model, workload.rawValue] }
    package static func < (a: Self, b: Self) -> Bool { a.order.lexicographicallyPrecedes(b.order) }
}

package struct UsageRow: Sendable, Equatable {
    package var group: UsageGroup
    package var totals: UsageTotals

    package init(group: UsageGroup, totals: UsageTotals) {
        self.group = group
        self.totals = totals
    }
}

/// A query for usage: the selection of runs, and their grouping.
package struct UsageQuery: Sendable, Equatable {
    package enum Grouping: String, Sendable, CaseIterable { case provider, key, day }

    /// User of the runs; nil for all users.
    package var user: ID<User>?
    /// Earliest day of the runs: the UTC day of this time; nil for no limit.
    package var since: UnixTime?
    package var grouping: Grouping

    package init(user: ID<User>? = nil, since: UnixTime? = nil, grouping: Grouping = .provider) {
        self.user = user
        self.since = since
        self.grouping = grouping
    }
}
