/// Figures of recognition attempts, summed over one case or many.
public struct RunFigures: Sendable, Equatable {
    /// Number of attempts.
    public var count: Int
    public var failed: Int
    /// Number of attempts that gave no answer in time.
    public var timedOut: Int
    /// Number of attempts after which another engine took over.
    public var fallbacks: Int
    /// Time from the request to the answer, summed; nil when it was not measured.
    public var latency: Duration?
    /// Duration of the audio that is charged, summed.
    public var billable: Duration
    /// Cost in US dollars, summed; nil when no price is known.
    public var cost: Double?

    public init(
        count: Int = 1, failed: Int = 0, timedOut: Int = 0, fallbacks: Int = 0, latency: Duration? = nil, billable: Duration = .zero,
        cost: Double? = nil
    ) {
        self.count = count
        self.failed = failed
        self.timedOut = timedOut
        self.fallbacks = fallbacks
        self.latency = latency
        self.billable = billable
        self.cost = cost
    }

    public static func + (first: RunFigures, second: RunFigures) -> RunFigures {
        RunFigures(
            count: first.count + second.count, failed: first.failed + second.failed, timedOut: first.timedOut + second.timedOut,
            fallbacks: first.fallbacks + second.fallbacks, latency: first.latency.flatMap { one in second.latency.map { one + $0 } },
            billable: first.billable + second.billable, cost: first.cost.flatMap { one in second.cost.map { one + $0 } })
    }

    func share(_ part: Int) -> Double? { count > 0 ? Double(part) / Double(count) : nil }

    /// Cost of an hour of charged audio, in US dollars; nil when it is not known.
    public var costPerHour: Double? {
        guard let cost, billable > .zero else { return nil }
        return cost / (billable / .seconds(3_600))
    }
}
