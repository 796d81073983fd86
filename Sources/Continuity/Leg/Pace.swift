import Speech

/// The end of the audio that an engine of limited pace may have been sent by now: a token bucket that fills at the pace and holds one second of
/// audio.
///
/// An allowance that arrives while the bucket is full is lost, so a burst never makes up for a pause.
struct Pace: Sendable {
    /// Seconds of audio per second.
    private let pace: Double
    private let rate: SampleRate
    /// Amount of audio that may be sent at once. Engines measure the pace over a while, and clients send audio in pieces.
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

    /// Returns the end of the audio that the engine may be sent now.
    ///
    /// - Parameter sent: the end of the audio that the engine was sent.
    mutating func allowance(sent: SampleIndex, now: Instant) -> SampleIndex {
        let elapsed = SampleCount(since.duration(to: now), at: rate).samples
        let filled = start + SampleCount(filling(elapsed))
        if filled > sent {
            since = now
            start = sent
            return sent + slack
        }
        return filled + slack
    }

    /// Returns the time when audio may be sent through `end`, if nothing is sent before: the first time at which `allowance` reaches `end`.
    func time(of end: SampleIndex) -> Instant {
        let missing = max(0, (end - start - slack).samples)
        var elapsed = Int64((Double(missing) / pace).rounded(.up))
        // Both roundings together may fall one sample short. Who then asks again at once would ask in vain.
        while filling(elapsed) < missing { elapsed += 1 }
        return since + SampleCount(elapsed).duration(at: rate)
    }

    /// Returns the audio that the bucket has taken when some samples' time has passed, in samples.
    private func filling(_ elapsed: Int64) -> Int64 { Int64(Double(elapsed) * pace) }
}
