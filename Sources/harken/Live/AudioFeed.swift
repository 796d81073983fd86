/// Where live audio comes from.
protocol AudioFeed: Sendable {
    /// Sends audio until there is no more, the stream takes no more, or the task is cancelled. Says the reason when it failed.
    func run(into stream: GatewayStream) async throws(FeedError)
}

/// Why there is no more audio, in one line for people.
struct FeedError: Error, CustomStringConvertible {
    let description: String
}
