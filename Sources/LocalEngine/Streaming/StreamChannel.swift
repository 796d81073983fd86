import Speech

/// One channel of a live stream on the listening thread: turns audio, commands and answers into events, and has its own work done.
protocol StreamChannel: AnyObject {
    /// Takes samples at the stream's rate.
    func hear(_ samples: [Float], _ act: (ChannelAction) -> Void) throws

    /// Takes the samples that the resampler still holds, so that the channel has heard all audio sent so far.
    func drain(_ act: (ChannelAction) -> Void) throws

    /// Uses new options from here on.
    func update(_ options: StreamOptions, _ act: (ChannelAction) -> Void)

    /// Makes final all audio that was heard.
    func finalize(_ act: (ChannelAction) -> Void)

    /// Notes that no more audio comes.
    func finish(_ act: (ChannelAction) -> Void)

    /// Takes an answer that the channel's work has posted.
    func take(_ answer: ChannelAnswer, _ act: (ChannelAction) -> Void)

    /// Cancels all work. The channel begins no more.
    func cancelWork()
}

/// A step that a channel asks of its stream. Positions are on the stream's own timeline.
enum ChannelAction: Sendable, Equatable {
    case event(EngineEvent)
    case hearing(EngineHearing)
    /// Finals cover all audio of the channel, and all commands are answered.
    case finished
    /// The stream ends, and finals do not cover all of its audio.
    case failed(EngineError)
}

/// An answer to the work of a channel.
enum ChannelAnswer: Sendable {
    case recognized(id: Int, SegmentRequest.Purpose, Result<SegmentResult, EngineError>)
    case judged(id: Int, Float)
    case answered(LiveQuestion, Result<LiveAnswer, EngineError>)
    /// The reading of an interim.
    case read(id: Int, Result<SegmentResult, EngineError>)
    /// The times of an interim's words.
    case placed(LiveQuestion, [SampleRange])
}
