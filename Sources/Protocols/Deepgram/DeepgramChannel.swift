import Speech

/// The state of one channel of a live stream, as far as the client has been told.
struct DeepgramChannel: Sendable {
    let number: Int
    /// End of the last final window, where the next window begins.
    var committedThrough: SampleIndex = .zero
    /// Furthest position that any message reached.
    private(set) var reportedThrough: SampleIndex = .zero
    var lastResult: Instant
    var interimHasWords = false
    var answeredFinalizes = 0
    var utterance = DeepgramUtterance()

    init(number: Int, now: Instant) {
        self.number = number
        lastResult = now
    }

    mutating func reported(through end: SampleIndex, at now: Instant) {
        reportedThrough = max(reportedThrough, end)
        lastResult = now
    }

    mutating func speechStarted() { utterance.goesOn() }
}

/// Finds out when `UtteranceEnd` is due: after a given silence behind the last word that became final.
struct DeepgramUtterance: Sendable {
    /// End of the utterance's last word; nil when no utterance waits for its end.
    private(set) var lastWordEnd: SampleIndex?
    /// Time at which the utterance ends if nothing is heard until then; nil while speech goes on.
    private(set) var due: Instant?

    /// Records words that became final.
    mutating func said(through end: SampleIndex, due: Instant) {
        lastWordEnd = end
        self.due = due
    }

    /// Records that speech goes on.
    mutating func goesOn() { due = nil }

    /// Ends the utterance, and returns the end of its last word; nil when no utterance is open.
    mutating func end() -> SampleIndex? {
        defer {
            lastWordEnd = nil
            due = nil
        }
        return lastWordEnd
    }
}
