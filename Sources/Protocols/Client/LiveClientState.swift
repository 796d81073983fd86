import Speech

/// The states of a live stream to a vendor that answers the first message before it takes audio.
enum LiveClientState: Equatable, Sendable {
    case connecting  // → starting, closed
    case starting(until: Instant)  // → open, closed: waits for the vendor's answer
    case open  // → draining, closed
    case draining(until: Instant)  // → closed: waits for the vendor's last words
    case closed
}
