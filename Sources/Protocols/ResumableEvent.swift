package import Speech

/// An event of a connection to a gateway whose sessions wait for a client that lost its connection.
package enum ResumableEvent: Sendable, Equatable {
    /// A new session has begun. `window` is the time for which it waits for a lost client.
    case began(session: String, window: Duration)
    /// The session goes on; audio is expected from the point with which the connection was made.
    case resumed
    case durable(through: SampleIndex)
    /// Events of the session, with their number. Interims have the number of the event before them.
    case said(Int, [EngineEvent])
    /// The session no longer waits, or is not known.
    case expired
    /// The session is over.
    case closed(EngineError?)
    /// The connection is gone, or could not be made.
    case broken
}
