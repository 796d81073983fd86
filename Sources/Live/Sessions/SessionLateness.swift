internal import Speech

/// The delay of a session's final words, from the engine's complaint on that they come late.
///
/// A value without a clock. Audio waits from its arrival. Audio that came faster than it was spoken waits from the time at which it would have been
/// spoken.
struct SessionLateness: Sendable {
    /// Time at which the first audio came; nil: none has come.
    private var began: Instant?
    /// Time at which the last audio came.
    private var last: Instant?
    /// True once the session was told that final words come late.
    private(set) var isTold = false
    /// Longest delay of final words that came later than the complaint; nil: none came.
    private(set) var longest: Duration?

    /// Notes that audio has come.
    mutating func heard(at now: Instant) {
        began = began ?? now
        last = now
    }

    /// Notes the engine's complaint.
    ///
    /// - Returns: true for the first complaint of the session.
    mutating func tell() -> Bool {
        defer { isTold = true }
        return !isTold
    }

    /// Notes final words.
    ///
    /// - Parameters:
    ///   - end: end of the words, from the session's start.
    ///   - received: duration of the audio that has come.
    mutating func finalCame(through end: Duration, of received: Duration, at now: Instant) {
        guard isTold, let began, let last else { return }
        let spoken = max(began + end, last - (received - end))
        longest = max(longest ?? .zero, now - spoken)
    }
}
