import Speech

/// How far an engine of limited pace may have been sent audio by now: a bucket that fills at the pace and holds a second.
///
/// What is not sent while it is full is not to be sent later: no pause is made up for by a burst.
struct Pace: Sendable {
    /// Seconds of audio per second.
    private let pace: Double
    private let rate: SampleRate
    /// How much may be sent at once. Engines count the pace over a while, and clients send in pieces.
    private let slack: SampleCount
    /// From here on the bucket has filled.
    private var since: Instant
    private var start: SampleIndex

    init(_ pace: Double, rate: SampleRate, from start: SampleIndex, now: Instant) {
        self.pace = pace
        self.rate = rate
        slack = SampleCount(.seconds(1), at: rate)
        since = now
        self.start = start
    }

    /// - Parameter sent: how far it was sent audio.
    mutating func allowance(sent: SampleIndex, now: Instant) -> SampleIndex {
        let elapsed = SampleCount(since.duration(to: now), at: rate).samples
        let filled = start + SampleCount(Int64(Double(elapsed) * pace))
        if filled > sent {
            since = now
            start = sent
            return sent + slack
        }
        return filled + slack
    }

    /// When audio may be sent through `end`, if nothing is sent before.
    func time(of end: SampleIndex) -> Instant {
        since + .seconds(max(0, (end - start - slack).seconds(at: rate)) / pace)
    }
}
