import Speech

/// A limit that is announced before it is reached.
struct SpeechmaticsTimeLimit: Sendable {
    enum Step: Equatable {
        case warning(minutesLeft: Int)
        case over
    }

    let limit: Duration
    private var since: Instant
    /// Of `warnings`.
    private var given = 0

    /// Minutes before the end.
    private static let warnings = [15, 10, 5]

    init(_ limit: Duration, since: Instant) {
        self.limit = limit
        self.since = since
    }

    /// It begins anew.
    mutating func restart(_ now: Instant) {
        since = now
        given = 0
    }

    /// When `step` has something to say.
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
