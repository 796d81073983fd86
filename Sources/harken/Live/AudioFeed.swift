import Speech

/// A stream that takes live audio.
protocol AudioSink: Sendable {
    /// Waits until the stream is open. Returns false when it will not open.
    func untilOpen() async -> Bool
    /// Takes 16-bit little-endian PCM, mono.
    ///
    /// - Returns: the number of bytes that the gateway has not read yet; nil when the stream accepts no more audio.
    func send(_ audio: [UInt8]) async -> Int?
    /// Returns the number of bytes that the gateway has not read yet; nil when the stream accepts no more audio.
    func waitingBytes() async -> Int?
    func send(_ command: EngineCommand)
}

/// A source of live audio.
protocol AudioFeed: Sendable {
    /// Sends audio until the source ends, the stream accepts no more, or the task is cancelled. Throws the reason when the source fails.
    func run(into stream: any AudioSink) async throws(FeedError)
}

/// The reason why a source of audio failed, in one line for the user.
struct FeedError: Error, CustomStringConvertible {
    let description: String
}
