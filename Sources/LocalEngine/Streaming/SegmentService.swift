import Speech

/// The models of one live stream. Its methods are called on the listening thread only, and do not block.
protocol SegmentService: AnyObject, Sendable {
    /// Makes the voice detector of one channel.
    func makeDetector() throws -> any VoiceDetector

    /// Makes the models of each channel. Called once, before any audio.
    ///
    /// - Parameter count: number of the stream's channels.
    func makeAnswerServices(_ count: Int) -> [any AnswerService]

    /// Uses these options for requests from here on.
    func update(_ options: StreamOptions)

    /// The reason for which a stream is closed when recognition cannot keep up.
    var lateness: EngineError { get }
}
