import Speech

/// Planned replacements of healthy legs by other legs, which wait for a silence or for their time.
struct PlannedChanges: Sendable {
    /// The soonest and the latest time when another leg takes over.
    struct Window: Sendable {
        var soonest: Instant
        var latest: Instant
    }

    /// Legs that wait for a silence to be replaced.
    private var waiting: Set<LegID> = []
    /// Legs that another stream of the same engine is to replace, because that stream already knows a speaker.
    private var renewals: [LegID: Window] = [:]
    /// Legs that hear the same audio as their successors for a moment, each with the latest time when that ends.
    private var handovers: [(leg: LegID, end: Instant)] = []

    var isEmpty: Bool { waiting.isEmpty }

    /// Returns true if the leg waits for a silence.
    func waits(_ leg: LegID) -> Bool { waiting.contains(leg) }

    mutating func wait(_ leg: LegID) { waiting.insert(leg) }

    /// Plans the replacement of a leg within `window` by another stream of its engine.
    mutating func renew(_ leg: LegID, in window: Window) {
        renewals[leg] = window
        waiting.insert(leg)
    }

    func renewal(of leg: LegID) -> Window? { renewals[leg] }

    /// Forgets a leg that was replaced or is gone.
    mutating func forget(_ leg: LegID) {
        waiting.remove(leg)
        renewals[leg] = nil
    }

    /// Records that the leg and its successor hear the same audio until `end` at the latest.
    mutating func overlap(_ leg: LegID, until end: Instant) { handovers.append((leg, end)) }

    /// Time when the first overlap ends; nil if there is none.
    var nextOverlapEnd: Instant? { handovers.first?.end }

    /// Returns the leg whose overlap with its successor is over by now, and removes the overlap; nil if there is none.
    mutating func endOverlap(now: Instant) -> LegID? {
        guard let first = handovers.first, first.end <= now else { return nil }
        return handovers.removeFirst().leg
    }
}
