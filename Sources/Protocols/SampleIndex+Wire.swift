import Speech

extension SampleIndex {
    /// Returns the milliseconds since the timeline's start, rounded down.
    func wholeMilliseconds(at rate: SampleRate) -> Int {
        let (whole, rest) = samples.quotientAndRemainder(dividingBy: Int64(max(1, rate.hertz)))
        return Int(whole * 1_000 + rest * 1_000 / Int64(max(1, rate.hertz)))
    }
}
