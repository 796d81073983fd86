package import Speech

/// An action for a session's driver. The driver does the actions in the order given.
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
    /// Recognise this audio again, off the loop, and answer by `repaired`.
    case repair(Repair)
    /// Nobody waits for this repair any more. An answer that comes nevertheless does nothing.
    case cancelRepair(RepairID)
    /// Complete what is stored. The client is told only where its protocol has updates.
    case backfill(Backfill)
    /// The comparison of a shadow's words with the words of the session, at the session's end.
    case evaluated(Evaluation)
    /// A leg has said nothing to what is loud in these channels: whether somebody speaks there is to be told by `listened`.
    case listen(LegID, Range<Int>, SampleRange)
    /// Words were heard to which this engine said nothing: whoever shares its health is to know. Other failures are told by `ran`.
    case engineFault(EngineName, EngineError)
    /// The engine of a leg that was given up for its silence has answered after all, so long after it was sent the audio.
    case lagged(EngineName, Duration)
    /// A recognition attempt is over: each leg that was opened and each repair leaves one.
    case ran(AttemptRecord)
}
