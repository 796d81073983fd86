import Speech

/// What a live stream has said about one of its channels.
struct DeepgramChannel: Sendable {
    let number: Int
    /// Where the next window begins.
    var committedThrough: SampleIndex = .zero
    /// The furthest that any message reached.
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

/// Finds out when `UtteranceEnd` is due: so much silence after the last word that became final.
struct DeepgramUtterance: Sendable {
    /// nil when no utterance waits for its end.
    private(set) var lastWordEnd: SampleIndex?
    /// When it is over if nothing is heard until then; nil while speech goes on.
    private(set) var due: Instant?

    /// Words became final.
    mutating func said(through end: SampleIndex, due: Instant) {
        lastWordEnd = end
        self.due = due
    }

    /// More is being said.
    mutating func goesOn() { due = nil }

    /// Where the last word ended, once.
    mutating func end() -> SampleIndex? {
        defer {
            lastWordEnd = nil
            due = nil
        }
        return lastWordEnd
    }
}
