/// A source of live audio.
protocol AudioFeed: Sendable {
    /// Sends audio until the source ends, the stream accepts no more, or the task is cancelled. Throws the reason when the source fails.
    func run(into stream: GatewayStream) async throws(FeedError)
}

/// The reason why a source of audio failed, in one line for the user.
struct FeedError: Error, CustomStringConvertible {
    let description: String
}
