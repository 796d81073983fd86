package import Continuity

/// Many sessions, one after another.
package enum Simulation {
    package struct Failure: Sendable {
        package var seed: UInt64
        /// Of the session that runs beside the seed's own.
        package var isBeside: Bool
        package var violation: Violation
    }

    package struct Totals: Sendable {
        package var sessions = 0
        package var words = 0
        package var gaps = 0
        package var legs = 0
        package var repairs = 0
        package var mends = 0
        package var failures: [Failure] = []

        package init() {}

        package mutating func add(_ other: Totals) {
            sessions += other.sessions
            words += other.words
            gaps += other.gaps
            legs += other.legs
            repairs += other.repairs
            mends += other.mends
            failures += other.failures
        }
    }

    /// Stops when `most` sessions have failed.
    ///
    /// - Parameters:
    ///   - mode: of each seed's session; nil: its own, and another session runs beside it.
    ///   - begin: is told of each seed before it runs.
    package static func run(
        _ seeds: some Sequence<UInt64>, mode: SessionMode? = nil, most: Int = 1, begin: (UInt64) -> Void = { _ in }
    ) -> Totals {
        var totals = Totals()
        for seed in seeds {
            begin(seed)
            for isBeside in mode == nil ? [false, true] : [false] {
                var world = World(Scenario(seed: seed, mode: mode, isBeside: isBeside))
                let outcome = world.run()
                totals.sessions += 1
                totals.words += outcome.words
                totals.gaps += outcome.gaps
                totals.legs += outcome.legs
                totals.repairs += outcome.repairs
                totals.mends += outcome.mends
                if let violation = outcome.violation {
                    totals.failures.append(Failure(seed: seed, isBeside: isBeside, violation: violation))
                    if totals.failures.count >= most { return totals }
                }
            }
        }
        return totals
    }

    /// Tells in full the smallest scenario that breaks the same rule as the seed's own. Nothing when nothing is broken.
    package static func explain(seed: UInt64, mode: SessionMode? = nil, isBeside: Bool = false, _ tell: @escaping (String) -> Void) {
        let scenario = Scenario(seed: seed, mode: mode, isBeside: isBeside)
        var world = World(scenario)
        guard let violation = world.run().violation else { return }
        self.tell(Shrinker.shrink(scenario, breaking: violation.rule), tell)
    }

    /// Tells the whole session of a seed, whether it fails or not.
    package static func trace(seed: UInt64, mode: SessionMode? = nil, isBeside: Bool = false, _ tell: @escaping (String) -> Void) {
        self.tell(Scenario(seed: seed, mode: mode, isBeside: isBeside), tell)
    }

    private static func tell(_ scenario: Scenario, _ tell: @escaping (String) -> Void) {
        tell("seed \(scenario.seed)")
        for line in scenario.description { tell(line) }
        tell("")
        var world = World(scenario, tell: tell)
        let outcome = world.run()
        tell("")
        tell(outcome.violation.map { "broken: \($0)" } ?? "all rules hold")
    }
}
