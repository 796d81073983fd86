package import Continuity
package import Speech

/// A fact that a session tells its observer.
package enum SessionNotice: Sendable {
    /// An event of the session. After `.ended` comes nothing more.
    case event(SessionEvent)
    /// True: too much audio waits, and no more is to be read from the client. False: the client may go on.
    case holdClient(Bool)
    /// An engine sent a message that cannot be read. The problem is in words.
    case messageSkipped(EngineName, problem: String)
    /// The engine will recognise only this much more audio.
    case creditsLow(EngineName, remaining: Duration)
    /// A recognition attempt begins. No other attempt of the session has its number.
    case attemptBegan(AttemptStart, number: Int)
    /// A recognition attempt is over. Comes once for each stream and each repair that was asked for. The number is nil when the attempt did not begin.
    case attemptEnded(RecognitionAttempt, number: Int?)
    /// The engine's stall is now known to be the engine's fault: it said nothing to words that were heard. Comes after the attempt's end, if at all.
    case engineFault(EngineName, EngineError)
    /// An engine that was given up for its silence has answered after all, this long after it was sent the audio.
    case engineLagged(EngineName, by: Duration)
    /// Engines said what changes nothing: the counters now, and as they were at the notice before.
    case counted(SessionTally, since: SessionTally)
    /// Words for a gap that the client was told of. The words complete what is stored.
    case backfill(Backfill)
    /// The gate lets everything through from here on: it does not work, or hears no speech where there is sound.
    case gateFailed
    /// The gate has heard no speech for a while.
    case paused(at: SampleIndex)
    /// The engine has named the speaker that is the session's user. The engine heard the user's speech first.
    case userSpeaks(as: SpeakerLabel)
    /// The comparison of a shadow's words with the session's, at the session's end.
    case evaluated(Evaluation)
}
