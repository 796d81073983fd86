/// A client's rules for the end of turns. A rule that is nil is the engine's own choice.
public struct TurnRule: Hashable, Sendable {
    /// 0…1: how sure the engine's model must be that the turn is over.
    public var confidence: Float?
    /// Silence that ends a turn of which the model is that sure.
    public var minimumSilence: Duration?
    /// Silence that ends a turn whatever the model thinks.
    public var maximumSilence: Duration?
    /// 0…1: how probable speech must be to count as speech; below is silence.
    public var voice: Float?

    public init(confidence: Float? = nil, minimumSilence: Duration? = nil, maximumSilence: Duration? = nil, voice: Float? = nil) {
        self.confidence = confidence
        self.minimumSilence = minimumSilence
        self.maximumSilence = maximumSilence
        self.voice = voice
    }
}
