/// A client's command to its live session, besides audio. Keeps its place in the order of the audio.
public enum SessionCommand: Sendable, Equatable {
    /// Make final what has been said so far, and answer.
    case finalize
    /// New options for recognition from here on.
    case update(StreamChange)
    /// The client is still there.
    case keepAlive
    /// No more audio: make everything final, then end.
    case finish
    /// The client is gone: nobody will read what is left.
    case abandon
}
