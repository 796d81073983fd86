import Speech

/// A step that a channel asks of its stream. Positions are on the stream's own timeline.
enum ChannelAction: Sendable, Equatable {
    case event(EngineEvent)
    case hearing(EngineHearing)
    /// Finals cover all audio of the channel, and all commands are answered.
    case finished
    /// The stream ends, and finals do not cover all of its audio.
    case failed(EngineError)
}
