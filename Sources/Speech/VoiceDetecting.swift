/// A voice activity detector: tells speech from other sound, in any number of streams.
public protocol VoiceDetecting: Sendable {
    /// Number of samples, at 16 kHz, that get one probability.
    var window: SampleCount { get }

    /// Makes a detector for one stream of audio; nil while the detector's model is being loaded.
    func makeDetector() throws(EngineError) -> (any VoiceDetector)?

    /// Makes a detector like `makeDetector`, but waits until the detector's model is loaded.
    func loadedDetector() async throws(EngineError) -> (any VoiceDetector)?
}

extension VoiceDetecting {
    public func loadedDetector() async throws(EngineError) -> (any VoiceDetector)? { try makeDetector() }
}

/// The detector for one stream. One thread at a time may use it.
public protocol VoiceDetector {
    /// Takes the next samples (mono, 16 kHz, −1…1) and calls `each` for every window that they complete, in order.
    ///
    /// - Parameter each: takes the probability of speech, 0…1, and the window's power: the mean of its samples' squares.
    mutating func append(_ samples: Span<Float>, _ each: (_ probability: Float, _ power: Float) -> Void) throws
}
