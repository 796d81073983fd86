import Speech

/// A time limit with warnings before its end.
struct SpeechmaticsTimeLimit: Sendable {
    enum Step: Equatable {
        case warning(minutesLeft: Int)
        case over
    }

    let limit: Duration
    private var since: Instant
    /// Number of `warnings` that were given.
    private var given = 0

    /// Times of the warnings, in minutes before the end.
    private static let warnings = [15, 10, 5]

    init(_ limit: Duration, since: Instant) {
        self.limit = limit
        self.since = since
    }

    /// Restarts the limit.
    mutating func restart(_ now: Instant) {
        since = now
        given = 0
    }

    /// Time of the next warning, or of the end.
    var due: Instant {
        given < Self.warnings.count ? since + limit - .seconds(60 * Self.warnings[given]) : since + limit
    }

    mutating func step(_ now: Instant) -> Step? {
        guard now >= due else { return nil }
        guard now < since + limit, given < Self.warnings.count else { return .over }
        while given + 1 < Self.warnings.count, now >= since + limit - .seconds(60 * Self.warnings[given + 1]) { given += 1 }
        given += 1
        return .warning(minutesLeft: Self.warnings[given - 1])
    }
}
