/// Tells speech from other sound, for as many streams as there are.
public protocol VoiceDetecting: Sendable {
    /// Samples at 16 kHz that get one probability.
    var window: SampleCount { get }

    /// A detector for one stream of audio; nil: there is none yet, and will be.
    func makeDetector() throws(EngineError) -> (any VoiceDetector)?
}

/// The probabilities of one stream. Belongs to one thread at a time.
public protocol VoiceDetector {
    /// Takes the next samples (mono, 16 kHz, −1…1) and calls `each` for every window that they complete, in order.
    ///
    /// - Parameter each: takes the probability of speech, 0…1, and the window's power: the mean of its samples' squares.
    mutating func append(_ samples: Span<Float>, _ each: (_ probability: Float, _ power: Float) -> Void) throws
}
