extension Duration {
    /// In seconds, rounded up: for `Retry-After`.
    var wholeSecondsUp: Int64 {
        let (seconds, rest) = components
        return rest > 0 ? seconds + 1 : seconds
    }

    /// In seconds, rounded down; 0 for less than none.
    var secondsDown: Int { Int(max(0, components.seconds)) }

    /// Rounded down.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }
}
