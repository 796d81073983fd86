import Speech

/// What a live session has heard of, and said about, one of its channels.
struct SpeechmaticsLane: Sendable {
    /// What the client calls it; nil of a session that has one channel only.
    let label: String?
    /// Audio messages, and how many of them were answered.
    var received = 0
    var acknowledged = 0
    /// Where finals end.
    var finalThrough: SampleIndex = .zero
    /// Where the last final word begins.
    var lastStart: SampleIndex = .zero
    var early = SpeechmaticsEarlyWords(rate: .speech)
    var partialIsShown = false
    var utteranceIsOpen = false
    var unansweredForces = 0

    init(label: String?) { self.label = label }
}
