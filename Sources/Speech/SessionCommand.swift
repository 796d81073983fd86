/// A client's command to its live session. Commands and audio keep their common order.
public enum SessionCommand: Sendable, Equatable {
    /// Make final all words so far, and answer.
    case finalize
    /// New options for recognition from here on.
    case update(StreamChange)
    /// The client is still connected.
    case keepAlive
    /// The audio has ended: make everything final, then end.
    case finish
    /// The client is gone: nobody will read further results.
    case abandon
}
