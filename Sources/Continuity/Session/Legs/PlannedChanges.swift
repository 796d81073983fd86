import Speech

/// Changes of legs that are well for other legs, which wait for a silence or for their time.
struct PlannedChanges: Sendable {
    /// The soonest and the latest time when another leg takes over.
    struct Window: Sendable {
        var soonest: Instant
        var latest: Instant
    }

    /// Legs whose time is nearly over, which wait for a silence.
    private var waiting: Set<LegID> = []
    /// Legs for which a stream of the same engine waits that knows more.
    private var renewals: [LegID: Window] = [:]
    /// Legs that hear the same as their successors for a moment, and when that is over at the latest.
    private var handovers: [(leg: LegID, end: Instant)] = []

    var isEmpty: Bool { waiting.isEmpty }

    /// Returns true if the leg waits for a silence.
    func waits(_ leg: LegID) -> Bool { waiting.contains(leg) }

    mutating func wait(_ leg: LegID) { waiting.insert(leg) }

    /// Another stream of the leg's engine is there, and takes over within `window`.
    mutating func renew(_ leg: LegID, in window: Window) {
        renewals[leg] = window
        waiting.insert(leg)
    }

    func renewal(of leg: LegID) -> Window? { renewals[leg] }

    /// The leg is changed, or is not there any more.
    mutating func forget(_ leg: LegID) {
        waiting.remove(leg)
        renewals[leg] = nil
    }

    /// The leg and its successor hear the same until `end` at the latest.
    mutating func overlap(_ leg: LegID, until end: Instant) { handovers.append((leg, end)) }

    /// The time when the first overlap is over; nil if there is none.
    var nextOverlapEnd: Instant? { handovers.first?.end }

    /// Returns the leg whose overlap with its successor is over by now, and removes the overlap; nil if there is none.
    mutating func endOverlap(now: Instant) -> LegID? {
        guard let first = handovers.first, first.end <= now else { return nil }
        return handovers.removeFirst().leg
    }
}
