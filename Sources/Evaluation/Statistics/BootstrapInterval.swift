/// The 95 % interval of the percentile bootstrap over cases: the range in which a figure would lie for other cases of the same kind.
///
/// Source: Bisani, Ney, "Bootstrap estimates for confidence intervals in ASR performance evaluation", ICASSP 2004.
public struct BootstrapInterval: Sendable, Equatable {
    public var low: Double
    public var high: Double

    /// - Parameters:
    ///   - cases: values counted in each case. Fewer than two cases have no interval.
    ///   - figure: returns the figure over a selection of cases.
    /// - Returns: nil when the interval cannot be computed.
    public init?<Case>(_ cases: [Case], rounds: Int = 1_000, seed: UInt64 = 1, of figure: ([Case]) -> Double) {
        guard cases.count > 1, rounds > 0 else { return nil }
        var source = SeededSource(seed: seed)
        var values: [Double] = []
        values.reserveCapacity(rounds)
        for _ in 0..<rounds {
            values.append(figure(cases.indices.map { _ in cases[Int.random(in: 0..<cases.count, using: &source)] }))
        }
        values.sort()
        low = values[Int(Double(rounds - 1) * 0.025)]
        high = values[Int((Double(rounds - 1) * 0.975).rounded(.up))]
    }
}
