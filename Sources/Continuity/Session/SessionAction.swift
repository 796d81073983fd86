package import Speech

/// What a session's driver is to do, in the order given.
package enum SessionAction: Sendable, Equatable {
    /// Connect this leg to its engine.
    case open(LegID)
    /// Read this audio from the journal and send it to the leg.
    case replay(LegID, SampleRange)
    /// Tell the leg's engine.
    case command(LegID, EngineCommand)
    /// The leg is gone: let go of what belongs to it.
    case discard(LegID)
    /// Write it to the journal before anything that follows.
    case record(Commit, turn: Int)
    /// Tell the client's dialect.
    case emit(SessionEvent)
    /// Stop reading from the client, or go on: too much of its audio waits.
    case holdClient(Bool)
}
