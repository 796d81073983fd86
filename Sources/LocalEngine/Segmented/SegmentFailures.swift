import Speech

/// The failures of an engine that recognises the interims of a stream: decides which of them end the stream. A failure of a final always does.
struct SegmentFailures: Sendable, Equatable {
    /// Number of requests in a row that may fail. At the next failure another engine takes over, before the words are due.
    private static let tolerated = 2
    private var inARow = 0

    mutating func succeeded() { inARow = 0 }

    /// Counts a failure. Returns true if the stream goes on.
    mutating func isTolerable(_ error: EngineError) -> Bool {
        inARow += 1
        switch error {
        case .unavailable, .timedOut, .protocolViolation, .rateLimited: return inARow <= Self.tolerated
        case _: return false
        }
    }
}
