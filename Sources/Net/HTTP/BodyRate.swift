import Speech

/// Judges the speed of a request's body: the average over each window of time except the first. A value without a timer of its own.
struct BodyRate {
    private let minimum: Int
    private let window: Duration
    private var start: Instant
    private var byteCount = 0
    private var isFirst = true
    /// True if the reader paused the body in this window.
    private var isVoid = false

    /// - Parameters:
    ///   - minimum: the lowest speed, in bytes per second; 0: no minimum.
    ///   - window: the length of a window, greater than 0.
    init(minimum: Int, window: Duration, now: Instant) {
        self.minimum = minimum
        self.window = window
        start = now
    }

    mutating func received(_ count: Int) {
        byteCount += count
    }

    /// Marks the present window as not judged, because the reader paused the body.
    mutating func pause() {
        isVoid = true
    }

    /// Judges the window that has ended, and begins the next window. Returns true when the ended window brought too few bytes.
    mutating func isTooSlow(now: Instant) -> Bool {
        let elapsed = now - start
        guard elapsed >= window else { return false }
        let isJudged = !isFirst && !isVoid
        let wanted = Double(minimum) * (elapsed / .seconds(1))
        let isTooSlow = isJudged && Double(byteCount) < wanted
        start = now
        byteCount = 0
        isFirst = false
        isVoid = false
        return isTooSlow
    }
}
