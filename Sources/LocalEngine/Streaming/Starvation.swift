import Speech

/// Tells when the answers of a channel come too late for somebody who speaks now. The time of day decides what is told here, and never what finals say.
struct Starvation: Sendable {
    /// Time that audio may wait before the client is told.
    static let limit = Duration.seconds(3)
    /// Audio that may wait. A stream that falls further behind is closed.
    static let backlog = Duration.seconds(120)

    private var opened: Instant?
    /// End of the audio that has come.
    private var end = SampleIndex.zero
    /// The audio that may still wait: the end of each piece, and the time of its arrival.
    private(set) var pieces: [(end: SampleIndex, arrival: Instant)] = []
    private var isTold = false

    /// Notes that audio has come, or, where it ends as before, that none has.
    mutating func heard(through end: SampleIndex, at now: Instant) {
        guard end > self.end else { return }
        self.end = end
        opened = opened ?? now
        pieces.append((end, now))
    }

    /// Returns true once: when the first audio that waits has waited for too long.
    ///
    /// Audio that came faster than it was spoken waits from the time at which it would have been spoken.
    ///
    /// - Parameters:
    ///   - position: end of the audio that does not wait.
    ///   - isWaiting: true if audio behind `position` waits.
    mutating func isToBeTold(behind position: SampleIndex, isWaiting: Bool, at now: Instant) -> Bool {
        pieces.removeAll { $0.end <= position }
        guard isWaiting, !isTold, let opened, let first = pieces.first else { return false }
        let spoken = opened + .seconds(first.end.seconds(at: .speech))
        isTold = now - max(first.arrival, spoken) > Self.limit
        return isTold
    }
}

extension EngineComplaint {
    /// Complaint that a stream's finals come late.
    static let starved = EngineComplaint(
        code: "late",
        message: "recognition is more than \(Starvation.limit.components.seconds) s behind the audio: finals come late; "
            + "a stream that is \(Starvation.backlog.components.seconds) s behind is closed")
}
