package import Speech

/// Tells if one engine, with one key, can be expected to work. What one session met spares the others.
///
/// A value without clock and randomness. An engine that failed is left alone for a while, which doubles each time, and is then tried in the
/// background; when it answers, sessions may use it again.
package struct Breaker: Sendable, Equatable {
    package struct Rule: Sendable, Equatable {
        /// The first time that an engine is left alone.
        package var shortest: Duration
        package var longest: Duration
        /// For keys that are refused and credit that is spent: they are seldom mended in a moment.
        package var refused: Duration
        /// After so long without a failure, the next one counts as the first.
        package var memory: Duration

        package init(
            shortest: Duration = .seconds(1), longest: Duration = .seconds(60), refused: Duration = .seconds(300), memory: Duration = .seconds(300)
        ) {
            self.shortest = shortest
            self.longest = longest
            self.refused = refused
            self.memory = memory
        }
    }

    private enum State: Sendable, Equatable {
        /// → resting
        case well
        /// → well (its time is over and it need not be tried), trying
        case resting(until: Instant, mustBeTried: Bool)
        /// → well, resting
        case trying
    }

    private let rule: Rule
    private var state: State = .well
    /// Failures in a row, and when the last one was.
    private var failures = 0
    private var lastFailure: Instant?

    package init(rule: Rule = .init()) { self.rule = rule }

    package var isAvailable: Bool { state == .well }

    /// The time when something is to be done: `wake`. Nil: nothing is to be done.
    package var deadline: Instant? {
        if case .resting(let until, _) = state { until } else { nil }
    }

    /// An attempt has gone well, in a session or in the background.
    package mutating func succeeded(now: Instant) {
        state = .well
        if let lastFailure, lastFailure + rule.memory <= now { failures = 0 }
    }

    /// An attempt has failed.
    ///
    /// - Parameter chance: 0…1; spreads the attempts of many gateways.
    package mutating func failed(_ error: EngineError, now: Instant, chance: Double) {
        var rest: Duration
        var mustBeTried = true
        switch error {
        // The request's fault, or nobody's.
        case .badRequest, .unsupportedLanguage, .undecodable, .cancelled: return
        case .unauthorized, .quotaExhausted: rest = rule.refused
        case .rateLimited(let retryAfter):
            rest = min(max(retryAfter ?? rule.shortest * 5, rule.shortest), rule.refused)
            mustBeTried = false
        case .unavailable, .timedOut, .protocolViolation:
            if let lastFailure, lastFailure + rule.memory <= now { failures = 0 }
            rest = min(rule.longest, rule.shortest * (1 << min(failures, 16)))
            // Many sessions that meet the same outage are one failure.
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

    /// Its time is over.
    ///
    /// - Returns: true if the engine is to be tried now, which ends with `succeeded` or `failed`.
    package mutating func wake(now: Instant) -> Bool {
        guard case .resting(let until, let mustBeTried) = state, until <= now else { return false }
        state = mustBeTried ? .trying : .well
        return mustBeTried
    }
}
