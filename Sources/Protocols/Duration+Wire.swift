extension Duration {
    /// The duration in seconds, rounded up.
    var wholeSecondsUp: Int64 {
        let (seconds, rest) = components
        return rest > 0 ? seconds + 1 : seconds
    }

    /// The wait in seconds as a client is told it: rounded up, so that nobody comes back too early, and at least 1.
    var retrySeconds: Int64 { max(1, wholeSecondsUp) }

    /// The duration in seconds, rounded down; 0 for a negative duration.
    var secondsDown: Int { Int(max(0, components.seconds)) }

    /// The duration in milliseconds, rounded down.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
