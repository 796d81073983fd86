import Speech

/// An answer to the work of a channel.
enum ChannelAnswer: Sendable {
    case answered(LiveQuestion, Result<LiveAnswer, EngineError>)
    /// The reading of an interim.
    case read(id: Int, Result<SegmentResult, EngineError>)
    /// The times of an interim's words.
    case placed(LiveQuestion, [SampleRange])
}
