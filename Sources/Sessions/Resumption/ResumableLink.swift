package import Continuity
package import Net
package import Protocols
package import Speech

/// A gateway whose sessions wait for a client that lost its connection.
package protocol ResumableService: Sendable {
    /// Begins to connect: to a new session, or to a waiting session if `point` is not nil.
    ///
    /// - Parameters:
    ///   - earlier: the session that a new one goes on behind; nil: there is none.
    ///   - deliver: takes the connection's events, in order, on the loop, and never before this call returns. No event comes after `.closed`,
    ///     `.expired` or `.broken`.
    func connect(
        _ options: StreamOptions, resuming point: Reconnection.Point?, continuing earlier: String?, on loop: Loop,
        deliver: @escaping (ResumableEvent) -> Void
    ) -> any ResumableLink
}

/// One connection to such a gateway. Belongs to its stream and is called on its loop only. Audio and commands after the connection's end are ignored.
package protocol ResumableLink: AnyObject {
    func send(_ audio: RawSpan)
    func send(_ command: EngineCommand)
    /// Tells the gateway that all events through this number have been seen.
    func saw(_ number: Int)
}
