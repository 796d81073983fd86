/// The state of a session with a client.
///
/// `End`: what the machine must remember about the end until the session has ended.
enum LiveServerState<End: Equatable & Sendable>: Equatable, Sendable {
    case connecting  // → open
    case open  // → ending, closed
    case ending(End)  // → closed: waits for the session's end
    case closed
}

/// Reason for which a session was told to finish.
enum LiveServerEnd: Equatable, Sendable {
    case asked, idle, expired, draining
}
