/// Many sessions, one after another.
package enum Simulation {
    package struct Failure: Sendable {
        package var seed: UInt64
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

    /// Stops when `most` seeds have failed.
    package static func run(_ seeds: some Sequence<UInt64>, most: Int = 1) -> Totals {
        var totals = Totals()
        for seed in seeds {
            var world = World(Scenario(seed: seed))
            let outcome = world.run()
            totals.sessions += 1
            totals.words += outcome.words
            totals.gaps += outcome.gaps
            totals.legs += outcome.legs
            totals.repairs += outcome.repairs
            totals.mends += outcome.mends
            if let violation = outcome.violation {
                totals.failures.append(Failure(seed: seed, violation: violation))
                if totals.failures.count >= most { break }
            }
        }
        return totals
    }

    /// The smallest scenario that breaks the same rule as the seed's own, told in full; nil when nothing is broken.
    package static func explain(seed: UInt64) -> String? {
        let scenario = Scenario(seed: seed)
        var world = World(scenario)
        guard let violation = world.run().violation else { return nil }
        let smallest = Shrinker.shrink(scenario, breaking: violation.rule)
        var again = World(smallest, isTracing: true)
        let outcome = again.run()
        var lines = ["seed \(seed): \(outcome.violation ?? violation)", ""]
        lines += smallest.description
        lines += [""] + outcome.trace
        return lines.joined(separator: "\n")
    }

    /// The whole session of a seed, whether it fails or not.
    package static func trace(seed: UInt64) -> String {
        let scenario = Scenario(seed: seed)
        var world = World(scenario, isTracing: true)
        let outcome = world.run()
        return (scenario.description + [""] + outcome.trace + [outcome.violation.map { "\($0)" } ?? "all rules hold"]).joined(separator: "\n")
    }
}
