package import Speech

/// Tells if one engine, with one key, can be expected to work. A failure in one session spares the other sessions the same failure.
///
/// A value without clock and randomness. An engine that failed is not used for a while, which doubles with each failure. The engine is then tried in
/// the background, and sessions may use it again once it answers.
package struct Breaker: Sendable, Equatable {
    package struct Rule: Sendable, Equatable {
        /// Time for which an engine is not used after its first failure.
        package var shortest: Duration
        package var longest: Duration
        /// Time for which an engine is not used after it rejected the key or the credit was spent: such faults are seldom corrected quickly.
        package var rejected: Duration
        /// Time without a failure after which the next failure counts as the first one.
        package var memory: Duration

        package init(
            shortest: Duration = .seconds(1), longest: Duration = .seconds(60), rejected: Duration = .seconds(300), memory: Duration = .seconds(300)
        ) {
            self.shortest = shortest
            self.longest = longest
            self.rejected = rejected
            self.memory = memory
        }
    }

    private enum State: Sendable, Equatable {
        /// → resting
        case well
        /// → well (the time is over and no trial is needed), trying
        case resting(until: Instant, mustBeTried: Bool)
        /// → well, resting
        case trying
    }

    private let rule: Rule
    private var state: State = .well
    /// Number of failures in a row.
    private var failures = 0
    private var lastFailure: Instant?

    package init(rule: Rule = .init()) { self.rule = rule }

    package var isAvailable: Bool { state == .well }

    /// Time when `wake` must be called; nil: no call is needed.
    package var deadline: Instant? {
        if case .resting(let until, _) = state { until } else { nil }
    }

    /// Records a successful attempt, in a session or in the background.
    package mutating func succeeded(now: Instant) {
        state = .well
        if let lastFailure, lastFailure + rule.memory <= now { failures = 0 }
    }

    /// Records a failed attempt.
    ///
    /// - Parameter chance: 0…1; spreads the attempts of many gateways.
    package mutating func failed(_ error: EngineError, now: Instant, chance: Double) {
        var rest: Duration
        var mustBeTried = true
        switch error {
        // The fault is the request's, or there was no fault.
        case .badRequest, .unsupportedLanguage, .undecodable, .cancelled: return
        case .unauthorized, .quotaExhausted: rest = rule.rejected
        case .rateLimited(let retryAfter):
            rest = min(max(retryAfter ?? rule.shortest * 5, rule.shortest), rule.rejected)
            mustBeTried = false
        case .unavailable, .timedOut, .protocolViolation:
            if let lastFailure, lastFailure + rule.memory <= now { failures = 0 }
            rest = min(rule.longest, rule.shortest * (1 << min(failures, 16)))
            // Sessions that meet the same outage count as one failure.
            if state == .well || state == .trying { failures += 1 }
        }
        rest = rest * (0.75 + 0.5 * min(max(chance, 0), 1))
        lastFailure = now
        if case .resting(let until, let tried) = state {
            state = .resting(until: max(until, now + rest), mustBeTried: tried || mustBeTried)
        } else {
            state = .resting(until: now + rest, mustBeTried: mustBeTried)
        }
    }

    /// Ends the time for which the engine is not used, if it is over.
    ///
    /// - Returns: true if the engine is to be tried now, which ends with `succeeded` or `failed`.
    package mutating func wake(now: Instant) -> Bool {
        guard case .resting(let until, let mustBeTried) = state, until <= now else { return false }
        state = mustBeTried ? .trying : .well
        return mustBeTried
    }
}
