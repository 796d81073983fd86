package import Speech

/// An action for a session's driver. The driver does the actions in the order given.
package enum SessionAction: Sendable, Equatable {
    /// Connect this leg to its engine.
    case open(LegID)
    /// Read this audio from the journal and send it to the leg.
    case replay(LegID, SampleRange)
    /// Send this command to the leg's engine.
    case command(LegID, EngineCommand)
    /// Release everything that belongs to the leg, which is gone.
    case discard(LegID)
    /// Write the commit to the journal before any action that follows.
    case record(Commit, turn: Int)
    /// Send the event to the client's dialect.
    case emit(SessionEvent)
    /// Recognise this audio again, off the loop, and answer by `repaired`.
    case repair(Repair)
    /// Cancel this repair, which is not needed any more. An answer that still comes is ignored.
    case cancelRepair(RepairID)
    /// Find out if somebody speaks in this loud audio, to which the leg has said nothing, and answer by `listened`.
    case listen(LegID, Range<Int>, SampleRange)
    /// Tell the fact to the session's observer.
    case report(SessionFact)
    /// A recognition attempt is over: each leg that was opened and each repair leaves one.
    case ran(AttemptRecord)
}
