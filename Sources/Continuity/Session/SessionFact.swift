package import Speech

/// A fact that a session's machine reports to the session's observer. The driver passes it on.
package enum SessionFact: Sendable, Equatable {
    /// True: too much of the client's audio waits, so the client is not to be read. False: reading may go on.
    case holdClient(Bool)
    /// Words for a gap that was reported to the client. The words complete the stored transcript. The client gets the words only if its protocol has
    /// updates.
    case backfill(Backfill)
    /// The comparison of a shadow's words with the words of the session, at the session's end.
    case evaluated(Evaluation)
    /// A stall is known to be the engine's fault: the engine said nothing to audio in which words were heard, or did not end its stream. Comes before
    /// or after the attempt's end, which reports other failures. For the sessions that share the engine's health.
    case engineFault(EngineName, EngineError)
    /// An engine that was given up for its silence has answered after all, this long after it was sent the audio.
    case engineLagged(EngineName, by: Duration)
}
