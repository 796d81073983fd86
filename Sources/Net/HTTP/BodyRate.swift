/// Judges how fast a request's body comes: the average over each window of time but the first. What is judged is decided here; timers are others'.
struct BodyRate {
    private let minimum: Int
    private let window: Duration
    private var start: ContinuousClock.Instant
    private var byteCount = 0
    private var isFirst = true
    /// The reader paused the body in this window.
    private var isVoid = false

    /// - Parameters:
    ///   - minimum: bytes a second; 0: any speed will do.
    ///   - window: above 0.
    init(minimum: Int, window: Duration, now: ContinuousClock.Instant) {
        self.minimum = minimum
        self.window = window
        start = now
    }

    mutating func received(_ count: Int) {
        byteCount += count
    }

    /// The reader does not want more for now: the window is not judged.
    mutating func pause() {
        isVoid = true
    }

    /// Judges the window that is over, and begins the next one. true: the window brought too little.
    mutating func isTooSlow(now: ContinuousClock.Instant) -> Bool {
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
