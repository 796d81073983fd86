import Speech

/// The audio that a vendor's stream was sent: what the vendor's times are places of.
struct SentAudio: Sendable {
    let rate: SampleRate
    private(set) var end: SampleIndex = .zero

    init(rate: SampleRate) { self.rate = rate }

    mutating func add(_ count: SampleCount) { end += count }

    /// A time of the wire as a position within the audio; nil when it is no time.
    func position(seconds: Double) -> SampleIndex? {
        guard seconds.isFinite, seconds >= 0 else { return nil }
        return min(SampleIndex(seconds: min(seconds, 1_000_000_000), at: rate), end)
    }

    /// A time of the wire as a position within the audio; nil when it is no time.
    func position(milliseconds: Int) -> SampleIndex? {
        guard milliseconds >= 0 else { return nil }
        return min(SampleIndex(milliseconds: Int64(min(milliseconds, 1_000_000_000_000)), at: rate), end)
    }
}
