/// How far a session with a client is.
///
/// `End`: what has to be known about its end until the session has said its last.
enum LiveServerState<End: Equatable & Sendable>: Equatable, Sendable {
    case connecting  // → open
    case open  // → ending, closed
    case ending(End)  // → closed: waits for the session's end
    case closed
}

/// Why a session was told to finish.
enum LiveServerEnd: Equatable, Sendable {
    case asked, idle, expired, draining
}
