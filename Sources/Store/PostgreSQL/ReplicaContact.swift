/// The contact of a replica with its database: tells whether the replica may judge others.
///
/// While the database could not be reached, no replica could tell that it lives. So a replica judges only when its own contact has lasted as long as the
/// others have time for a sign of life.
struct ReplicaContact {
    /// Maximum time between two signs of life of a process that has reached the database without interruption.
    private static let maxPause: Duration = .seconds(6)

    /// Time since which the database was reached without interruption; nil before the first sign of life.
    private var since: ContinuousClock.Instant?
    private var last: ContinuousClock.Instant?

    /// Notes a sign of life that the database has.
    mutating func reached(_ now: ContinuousClock.Instant) {
        if !isUnbroken(now) { since = now }
        last = now
    }

    /// True if there was a sign of life before, and it was long ago.
    func isBroken(_ now: ContinuousClock.Instant) -> Bool { last != nil && !isUnbroken(now) }

    /// True if replicas without a sign of life for `silenceLimit` are dead.
    func mayJudge(_ now: ContinuousClock.Instant, silenceLimit: Duration) -> Bool {
        guard let since, isUnbroken(now) else { return false }
        return now - since >= silenceLimit
    }

    private func isUnbroken(_ now: ContinuousClock.Instant) -> Bool { last.map { now - $0 <= Self.maxPause } ?? false }
}
