import Speech

/// The choice of the engine for each new leg of a session, from what is known about the engines and the legs before.
///
/// All decisions about the next engine are made here, by the rules of `FailoverPolicy`.
struct EngineChoice: Sendable {
    private let engines: [SessionEngine]
    private var policy: FailoverPolicy
    /// The engine for new legs, in modes in which one engine hears the session.
    private(set) var preferred = 0
    /// Outages that still last, by the leg that was opened because of each.
    private var outages: [LegID: FailoverPolicy.Outage] = [:]
    /// Number of engines that hear a session together.
    private let voices: Int

    init(_ engines: [SessionEngine], voices: Int, rule: FailoverPolicy.Rule) {
        self.voices = voices
        self.engines = engines
        policy = FailoverPolicy(engines: engines.count, rule: rule)
    }

    /// Chooses the engine with which the session begins.
    mutating func begin() { preferred = policy.best }

    // MARK: - The next engine

    /// The engine that a session prefers now.
    var best: Int { policy.best }

    /// The reason why no engine can serve this session; nil while one can.
    var rejection: EngineError? { policy.rejection }

    /// True if a better engine than the preferred one works again. Engines that hear a session together do not take turns.
    var hasBetter: Bool { voices == 1 && preferred > 0 && policy.best < preferred && policy.rejection == nil }

    /// Makes this engine the session's preferred engine.
    mutating func prefer(_ engine: Int) { if voices == 1 { preferred = engine } }

    /// Returns the engines that hear a session together at its beginning: those that are expected to work, or the preferred one if there is none.
    func first() -> [Int] {
        let available = policy.ranked.filter(policy.isAvailable)
        return voices == 1 || available.isEmpty ? [preferred] : Array(available.prefix(voices))
    }

    /// Returns the first engine that is expected to work and is not in `busy`; nil if there is none.
    func free(besides busy: Set<Int>) -> Int? { policy.ranked.first { policy.isAvailable($0) && !busy.contains($0) } }

    func isAvailable(_ engine: Int) -> Bool { policy.isAvailable(engine) }

    /// Returns true if another engine is to be used in place of this one.
    func isAvoided(_ engine: Int) -> Bool { policy.isAvoided(engine) }

    /// Returns true if an engine other than `engine` is left that the outage of a leg has not tried.
    ///
    /// - Parameter isFree: returns true if the engine may be asked.
    func hasOther(than engine: EngineName, for leg: LegID, where isFree: (Int) -> Bool) -> Bool {
        policy.hasOther(than: number(of: engine), outages[leg] ?? FailoverPolicy.Outage(), where: isFree)
    }

    func number(of engine: EngineName) -> Int { engines.firstIndex { $0.name == engine } ?? preferred }

    // MARK: - Knowledge about engines

    mutating func setAvailable(_ engine: Int, _ isAvailable: Bool) { policy.setAvailable(engine, isAvailable) }

    /// Records the error with which an engine ended a stream.
    mutating func note(_ error: EngineError, of engine: EngineName) { policy.note(error, of: number(of: engine)) }

    /// Decides what follows a leg that is gone.
    ///
    /// - Parameters:
    ///   - isIdle: true if the engine closed because no audio came. It is opened again when audio comes.
    ///   - busy: engines that already hear the same audio.
    /// - Returns: the next step, and the outage that the next leg inherits.
    mutating func next(
        after error: EngineError, of leg: Leg, isIdle: Bool, besides busy: Set<Int> = [], now: Instant
    ) -> (step: FailoverPolicy.Step, outage: FailoverPolicy.Outage) {
        var outage = endOutage(of: leg.id) ?? FailoverPolicy.Outage()
        if outage.since == nil { outage.since = now }
        let engine = number(of: leg.engine)
        if isIdle { return (.open(engine, after: .zero), outage) }
        let step = policy.next(after: error, of: engine, hadAnswered: leg.firstAnswer != nil, outage: &outage, besides: busy)
        return (step, outage)
    }

    // MARK: - Outages

    /// Returns the time when the first engine failed in the outage because of which a leg was opened; nil: there is no such outage.
    func outageBegan(before leg: LegID) -> Instant? { outages[leg]?.since }

    mutating func setOutage(_ outage: FailoverPolicy.Outage?, of leg: LegID) { outages[leg] = outage }

    /// Ends the outage of a leg, because its engine works or the leg is gone.
    @discardableResult
    mutating func endOutage(of leg: LegID) -> FailoverPolicy.Outage? {
        outages.isEmpty ? nil : outages.removeValue(forKey: leg)
    }
}
