import Speech

/// The speech of a session that has no words because the engine cannot tell its language. Pure.
struct UnknownSpeech: Sendable {
    /// Number of stretches that are told one by one. Of more, the client is told together, each time their number has doubled.
    private static let maxSingle = 16

    /// True if a final without words is to come.
    private var isAnnounced = false
    private var count = 0
    private var total = Duration.zero
    /// Place of the first stretch.
    private var first = Duration.zero

    /// Notes the engine's complaint, which comes before its final without words.
    mutating func complained() { isAnnounced = true }

    /// Takes audio whose final has no words. Returns the notice for the client; nil: the audio is silence, or the client was told enough.
    ///
    /// - Parameters:
    ///   - start: start of the audio in the session.
    ///   - end: end of the audio.
    mutating func covered(from start: Duration, through end: Duration) -> RecordingNotice? {
        guard isAnnounced, end > start else { return nil }
        isAnnounced = false
        if count == 0 { first = start }
        count += 1
        total += end - start
        if count <= Self.maxSingle { return .unknownLanguage(count: 1, total: end - start, first: start) }
        return count & (count - 1) == 0 ? .unknownLanguage(count: count, total: total, first: first) : nil
    }
}
