extension Duration {
    /// The duration in seconds, rounded up: for `Retry-After`.
    package var wholeSecondsUp: Int64 {
        let (seconds, rest) = components
        return rest > 0 ? seconds + 1 : seconds
    }

    /// The duration in seconds, rounded down; 0 for a negative duration.
    var secondsDown: Int { Int(max(0, components.seconds)) }

    /// The duration in milliseconds, rounded down.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
