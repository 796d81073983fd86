import Speech

/// The limit up to which an engine of limited pace may have been sent audio by now: a bucket that fills at the pace and holds a second.
///
/// An allowance that is not used while the bucket is full is lost: no pause is made up for by a burst.
struct Pace: Sendable {
    /// Seconds of audio per second.
    private let pace: Double
    private let rate: SampleRate
    /// Amount of audio that may be sent at once. Engines count the pace over a while, and clients send in pieces.
    private let slack: SampleCount
    /// The time since which the bucket has filled.
    private var since: Instant
    private var start: SampleIndex

    init(_ pace: Double, rate: SampleRate, from start: SampleIndex, now: Instant) {
        self.pace = pace
        self.rate = rate
        slack = SampleCount(.seconds(1), at: rate)
        since = now
        self.start = start
    }

    /// - Parameter sent: the end of the audio that the engine was sent.
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

    /// Returns the time when audio may be sent through `end`, if nothing is sent before.
    func time(of end: SampleIndex) -> Instant {
        since + .seconds(max(0, (end - start - slack).seconds(at: rate)) / pace)
    }
}
