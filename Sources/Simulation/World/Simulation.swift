/// Runs many sessions, one after another.
package enum Simulation {
    package struct Totals: Sendable {
        package var sessions = 0
        package var words = 0
        package var gaps = 0
        package var legs = 0
        package var repairs = 0
        package var mends = 0
        package var failures: [BrokenSession] = []

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

    /// Runs the sessions, and stops when `most` of them have failed.
    ///
    /// - Parameters:
    ///   - begin: called with each session before it runs.
    ///   - digest: called with each session and the digest of its actions. nil: no digest is made.
    package static func run(
        _ sessions: some Sequence<SessionSeed>, most: Int = 1, begin: (SessionSeed) -> Void = { _ in },
        digest: ((SessionSeed, UInt64) -> Void)? = nil
    ) -> Totals {
        var totals = Totals()
        for session in sessions {
            begin(session)
            var world = SimulatedWorld(Scenario(session), digests: digest != nil)
            let outcome = world.run()
            if let digest, let value = outcome.digest { digest(session, value) }
            totals.sessions += 1
            totals.words += outcome.words
            totals.gaps += outcome.gaps
            totals.legs += outcome.legs
            totals.repairs += outcome.repairs
            totals.mends += outcome.mends
            if let violation = outcome.violation {
                totals.failures.append(BrokenSession(session: session, violation: violation))
                if totals.failures.count >= most { return totals }
            }
        }
        return totals
    }

    /// Traces the smallest scenario that breaks the same rule as the session. Does nothing when no rule is broken.
    package static func explain(_ session: SessionSeed, _ tell: @escaping (String) -> Void) {
        let scenario = Scenario(session)
        var world = SimulatedWorld(scenario)
        guard let violation = world.run().violation else { return }
        self.tell(Shrinker.shrink(scenario, breaking: violation.rule), tell)
    }

    /// Traces the whole session, whether it fails or not.
    package static func trace(_ session: SessionSeed, _ tell: @escaping (String) -> Void) {
        self.tell(Scenario(session), tell)
    }

    private static func tell(_ scenario: Scenario, _ tell: @escaping (String) -> Void) {
        tell("seed \(scenario.seed)")
        for line in scenario.description { tell(line) }
        tell("")
        var world = SimulatedWorld(scenario, tell: tell)
        let outcome = world.run()
        tell("")
        tell(outcome.violation.map { "broken: \($0)" } ?? "all rules hold")
    }
}

/// A session that broke a rule.
package struct BrokenSession: Sendable {
    package var session: SessionSeed
    package var violation: Violation
}
