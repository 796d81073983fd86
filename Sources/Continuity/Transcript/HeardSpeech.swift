package import Speech

/// A range of a session in which the voice detector of the session's gate or engine heard speech.
package struct HeardSpeech: Sendable, Equatable {
    package var channel: ChannelIndex
    package var range: SampleRange

    package init(channel: ChannelIndex, range: SampleRange) {
        self.channel = channel
        self.range = range
    }
}

/// A judgment of an end-of-turn model at a pause of a session.
package struct TurnJudgment: Sendable, Equatable {
    package var channel: ChannelIndex
    /// The pause: the end of the speech that the model heard.
    package var position: SampleIndex
    /// Probability, 0…1, that the turn is over.
    package var probability: Float
    /// The engine whose model it is; nil for the model that the gate asks.
    package var engine: EngineName?

    package init(channel: ChannelIndex, position: SampleIndex, probability: Float, engine: EngineName?) {
        self.channel = channel
        self.position = position
        self.probability = probability
        self.engine = engine
    }
}
