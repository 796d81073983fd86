package import Speech

/// The choice of the engine that a leg's audio goes to when its engine has failed. The next engine is tried at once. When all engines have been
/// tried, another round begins after a while.
package struct FailoverPolicy: Sendable {
    /// The number of times that engines that have failed are tried again, and the time before each retry.
    package struct Rule: Sendable, Equatable {
        package var retries: Int
        package var delay: Duration
        /// Maximum delay that an engine may ask for with its rate limit.
        package var maxDelay: Duration

        package init(retries: Int = 3, delay: Duration = .seconds(2), maxDelay: Duration = .seconds(30)) {
            self.retries = retries
            self.delay = delay
            self.maxDelay = maxDelay
        }
    }

    /// The history of one leg and its successors since an engine last made something final.
    package struct Outage: Sendable {
        var tried: Set<Int> = []
        var retries = 0
        var wasRetriedAtOnce = false
        /// The time when the first engine failed.
        var since: Instant?

        package init() {}
    }

    package enum Step: Sendable, Equatable {
        /// Open the engine of this number, after this time.
        case open(Int, after: Duration)
        case giveUp
    }

    private let rule: Rule
    private let engines: Int
    /// Engines that cannot serve this session at all. A wrong key, for example, stays wrong.
    private var unusable: Set<Int> = []
    private var lastRejection: EngineError?
    /// Engines that fail other sessions too. These engines come last.
    private var unavailable: Set<Int> = []

    package init(engines: Int, rule: Rule = Rule()) {
        self.engines = engines
        self.rule = rule
    }

    package mutating func setAvailable(_ engine: Int, _ isAvailable: Bool) {
        if isAvailable { unavailable.remove(engine) } else { unavailable.insert(engine) }
    }

    /// The first engine that is expected to work; if there is none, the first that has not rejected this session for good.
    package var best: Int {
        let usable = (0..<engines).filter { !unusable.contains($0) }
        return usable.first { !unavailable.contains($0) } ?? usable.first ?? 0
    }

    /// The reason why no engine can serve this session; nil while at least one engine has not rejected the session for good.
    var rejection: EngineError? { unusable.count < engines ? nil : lastRejection }

    /// Records the error with which an engine ended. Some errors exclude the engine, because they will be the same next time.
    mutating func note(_ error: EngineError, of engine: Int) {
        guard error.isRejection else { return }
        unusable.insert(engine)
        lastRejection = error
    }

    /// Engines that have not rejected this session for good. Engines that fail other sessions come last.
    var ranked: [Int] {
        let usable = (0..<engines).filter { !unusable.contains($0) }
        return usable.filter { !unavailable.contains($0) } + usable.filter { unavailable.contains($0) }
    }

    /// Returns true if the engine is expected to work.
    func isAvailable(_ engine: Int) -> Bool { !unusable.contains(engine) && !unavailable.contains(engine) }

    /// Returns true if the engine has rejected this session for good, or fails other sessions, while another engine can be asked.
    func isAvoided(_ engine: Int) -> Bool {
        let best = best
        return best != engine && (unusable.contains(engine) || unavailable.contains(engine) && !unavailable.contains(best))
    }

    /// Returns true if an available engine other than `engine` is left that was not tried in this outage.
    ///
    /// - Parameter isFree: returns true if the engine may be asked.
    package func hasOther(than engine: Int, _ outage: Outage, where isFree: (Int) -> Bool) -> Bool {
        (0..<engines).contains {
            $0 != engine && !unusable.contains($0) && !unavailable.contains($0) && !outage.tried.contains($0) && isFree($0)
        }
    }

    /// Returns the next step after the failure of an engine.
    ///
    /// - Parameters:
    ///   - hadAnswered: true if the engine had said words. A broken connection then gets one immediate retry.
    ///   - busy: engines that already hear the same audio.
    package mutating func next(
        after error: EngineError, of engine: Int, hadAnswered: Bool = false, outage: inout Outage, besides busy: Set<Int> = []
    ) -> Step {
        var delay = rule.delay
        if error == .cancelled { return .giveUp }
        note(error, of: engine)
        if case .rateLimited(let retryAfter) = error { delay = max(delay, min(retryAfter ?? .zero, rule.maxDelay)) }
        outage.tried.insert(engine)
        // In the operator's order, beginning behind the engine that failed. Engines that fail other sessions are used only if there is no other
        // engine.
        let usable = (1...engines).map { (engine + $0) % engines }.filter { !unusable.contains($0) && !busy.contains($0) }
        let available = usable.filter { !unavailable.contains($0) }
        let others = available.isEmpty && busy.isEmpty ? usable : available
        if let fresh = others.first(where: { !outage.tried.contains($0) }) { return .open(fresh, after: .zero) }
        guard let again = others.first, outage.retries < rule.retries else { return .giveUp }
        if again == engine, hadAnswered, error.isPassing, !outage.wasRetriedAtOnce {
            outage.wasRetriedAtOnce = true
            return .open(again, after: .zero)
        }
        outage.retries += 1
        outage.tried = []
        return .open(again, after: delay)
    }
}

extension EngineError {
    /// True if the engine would fail in the same way the next time, so that it is not asked again.
    package var isRejection: Bool {
        switch self {
        case .unauthorized, .quotaExhausted, .badRequest, .unsupportedLanguage, .undecodable: true
        case .cancelled, .rateLimited, .unavailable, .timedOut, .protocolViolation: false
        }
    }

    /// True if another attempt may succeed.
    var isPassing: Bool {
        switch self {
        case .unavailable, .timedOut: true
        case .unauthorized, .quotaExhausted, .rateLimited, .badRequest, .unsupportedLanguage, .undecodable, .protocolViolation, .cancelled: false
        }
    }
}
