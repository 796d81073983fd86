/// A finding of an engine's voice detector or end-of-turn model. Positions are on the stream's own timeline, as in `EngineEvent`.
package enum EngineHearing: Sendable, Equatable {
    /// Somebody spoke in `range`. `pause` is the number of the pause after the speech; nil when the speech did not pause before the end of the audio.
    case speech(ChannelIndex, SampleRange, pause: Int?)
    /// The probability, 0…1, that the turn is over at a pause. Comes after the speech before this pause.
    case turn(ChannelIndex, pause: Int, probability: Float)
}

/// A streaming engine of this process that tells the findings of its voice detector and its end-of-turn model.
package protocol HearingEngine: StreamingEngine {
    /// Opens a stream: see `StreamingEngine.open`.
    ///
    /// - Parameter hear: takes the findings, in order with the events, on the thread of the events. None follows `.closed`.
    func open(
        _ options: StreamOptions, hear: @escaping @Sendable (EngineHearing) -> Void, deliver: @escaping @Sendable (EngineEvent) -> Void
    ) -> any EngineStream
}
