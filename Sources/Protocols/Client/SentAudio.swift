import Speech

/// The audio that a vendor's stream was sent. Positions on the wire refer to this audio.
struct SentAudio: Sendable {
    let rate: SampleRate
    private(set) var end: SampleIndex = .zero

    init(rate: SampleRate) { self.rate = rate }

    mutating func add(_ count: SampleCount) { end += count }

    /// Returns the position of a time on the wire, at most the audio's end; nil when the number is not a valid time.
    func position(seconds: Double) -> SampleIndex? {
        guard seconds.isFinite, seconds >= 0 else { return nil }
        return min(SampleIndex(seconds: min(seconds, 1_000_000_000), at: rate), end)
    }

    /// Returns the position of a time on the wire, at most the audio's end; nil when the number is not a valid time.
    func position(milliseconds: Int) -> SampleIndex? {
        guard milliseconds >= 0 else { return nil }
        return min(SampleIndex(milliseconds: Int64(min(milliseconds, 1_000_000_000_000)), at: rate), end)
    }
}
