import Speech

/// Tells when the answers of a channel come too late for somebody who speaks now. The time of day decides what is told here, and never what finals say.
struct Starvation: Sendable {
    /// Time that audio may wait before the client is told.
    static let limit = Duration.seconds(3)

    private var opened: Instant?
    /// The audio that may still wait: the end of each piece, and the time of its arrival.
    private var pieces: [(end: SampleIndex, arrival: Instant)] = []
    private var isTold = false

    /// Notes that audio has come.
    mutating func heard(through end: SampleIndex, at now: Instant) {
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
    /// What a stream says whose finals come late.
    static let starved = EngineComplaint(
        code: "late",
        message: "recognition is more than \(Starvation.limit.components.seconds) s behind the audio; finals come late, and no word is lost")
}
