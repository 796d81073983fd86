/// A finding of an engine about its audio: of its voice detector, of its end-of-turn model, or how far it has come. Positions are on the stream's own
/// timeline, as in `EngineEvent`.
package enum EngineHearing: Sendable, Equatable {
    /// Somebody spoke in `range`. `pause` is the number of the pause after the speech; nil when the speech did not pause before the end of the audio.
    case speech(ChannelIndex, SampleRange, pause: Int?)
    /// The probability, 0…1, that the turn is over at a pause. Comes after the speech before this pause.
    case turn(ChannelIndex, pause: Int, probability: Float)
    /// All finals of the channel that were decided before this position have come. Comes before each final with words, with the position at which that
    /// final was decided, and about every half second of audio. The positions at finals depend on the audio and the commands alone.
    case decided(ChannelIndex, through: SampleIndex)
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
