package import Continuity
package import Speech

/// A fact that a session tells its observer.
package enum SessionNotice: Sendable {
    /// An event of the session. No notice comes after `.ended`.
    case event(SessionEvent)
    /// True: too much audio waits, so the client's audio is not to be read. False: reading may go on.
    case holdClient(Bool)
    /// An engine sent a message that cannot be read. `problem` is a text.
    case messageSkipped(EngineName, problem: String)
    /// The engine will recognise only `remaining` more audio.
    case creditsLow(EngineName, remaining: Duration)
    /// A recognition attempt begins. `number` is unique in the session.
    case attemptBegan(AttemptStart, number: Int)
    /// A recognition attempt is over. Comes once for each stream and each repair that was asked for. The number is nil when the attempt did not begin.
    case attemptEnded(RecognitionAttempt, number: Int?)
    /// A stall is known to be the engine's fault: the engine said nothing to audio in which words were heard, or did not end its stream. Comes before
    /// or after the attempt's end.
    case engineFault(EngineName, EngineError)
    /// An engine that was given up for its silence has answered after all, this long after it was sent the audio.
    case engineLagged(EngineName, by: Duration)
    /// The counters of engines' words without effect have changed. `since` has the counters of the notice before.
    case counted(SessionTally, since: SessionTally)
    /// Words for a gap that was reported to the client. The words complete the stored transcript.
    case backfill(Backfill)
    /// The gate lets everything through from here on: the speech detector failed, or hears no speech in loud audio.
    case gateFailed
    /// The gate has heard no speech for a while.
    case paused(at: SampleIndex)
    /// The engine has named the speaker that is the session's user. The engine heard the user's speech first.
    case userSpeaks(as: SpeakerLabel)
    /// The comparison of a shadow's words with the session's, at the session's end.
    case evaluated(Evaluation)
}
