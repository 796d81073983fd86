import Speech

/// The failures of an engine that recognises a stream's segments: decides which of them end the stream.
struct SegmentFailures: Sendable, Equatable {
    /// Number of requests in a row that may fail, unless they are for finals. At the next failure another engine takes over, before the segment ends.
    private static let tolerated = 2
    private var inARow = 0

    mutating func succeeded() { inARow = 0 }

    /// Counts a failure. Returns true if the stream goes on.
    mutating func isTolerable(_ error: EngineError, of purpose: SegmentRequest.Purpose) -> Bool {
        inARow += 1
        guard purpose != .final else { return false }
        switch error {
        case .unavailable, .timedOut, .protocolViolation, .rateLimited: return inARow <= Self.tolerated
        case _: return false
        }
    }
}
