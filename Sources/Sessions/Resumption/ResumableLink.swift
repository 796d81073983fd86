package import Continuity
package import Net
package import Speech

/// A gateway whose sessions wait for a client that lost its connection.
package protocol ResumableService: Sendable {
    /// Begins to connect: to a new session, or to one that waits.
    ///
    /// - Parameter deliver: takes what the connection says, on the loop, in order, never before this returns; nothing comes after `.closed`, `.expired`
    ///   or `.broken`.
    func connect(
        _ options: StreamOptions, resuming point: Reconnection.Point?, on loop: Loop, deliver: @escaping (ResumableEvent) -> Void
    ) -> any ResumableLink
}

/// One connection to such a gateway. Belongs to its stream and is called on its loop only; what is sent when it is over does nothing.
package protocol ResumableLink: AnyObject {
    func send(_ audio: RawSpan)
    func send(_ command: EngineCommand)
    /// All events through this number have been seen.
    func saw(_ number: Int)
}

package enum ResumableEvent: Sendable, Equatable {
    /// A new session; it waits so long for a client that is gone.
    case began(session: String, window: Duration)
    /// The session goes on; audio is expected from where the connection said.
    case resumed
    case durable(through: SampleIndex)
    /// One of the session's events. Interims have the number of the event before them.
    case said(Int, [EngineEvent])
    /// The session does not wait any more, or is not known.
    case expired
    /// The session is over.
    case closed(EngineError?)
    /// The connection is gone, or could not be made.
    case broken
}
