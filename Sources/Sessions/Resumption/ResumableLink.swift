package import Continuity
package import Net
package import Speech

/// A gateway whose sessions wait for a client that lost its connection.
package protocol ResumableService: Sendable {
    /// Begins to connect: to a new session, or to a waiting session if `point` is not nil.
    ///
    /// - Parameter deliver: takes the connection's events, in order, on the loop, and never before this call returns. No event comes after `.closed`,
    ///   `.expired` or `.broken`.
    func connect(
        _ options: StreamOptions, resuming point: Reconnection.Point?, on loop: Loop, deliver: @escaping (ResumableEvent) -> Void
    ) -> any ResumableLink
}

/// One connection to such a gateway. Belongs to its stream and is called on its loop only. Audio and commands after the connection's end are ignored.
package protocol ResumableLink: AnyObject {
    func send(_ audio: RawSpan)
    func send(_ command: EngineCommand)
    /// Tells the gateway that all events through this number have been seen.
    func saw(_ number: Int)
}

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
