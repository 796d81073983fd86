import Speech

/// The time for which an attempt is connected to its engine: vendors bill live streams from open to close. A stream behind a gate may be closed in
/// silence and opened again.
struct ConnectionTime: Equatable {
    /// Opening of the present connection; nil while there is none.
    private var since: Instant?
    /// Duration of the closed connections; nil when there were none.
    private var earlier: Duration?

    mutating func opened(_ now: Instant) { since = since ?? now }

    mutating func closed(_ now: Instant) {
        earlier = duration(until: now)
        since = nil
    }

    /// Returns the duration of all connections; nil when none was opened.
    func duration(until now: Instant) -> Duration? {
        guard let since else { return earlier }
        return (earlier ?? .zero) + since.duration(to: now)
    }
}
