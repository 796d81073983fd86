package import Continuity
package import Speech

/// A fact that a session tells its observer.
package enum SessionNotice: Sendable {
    /// An event of the session. No notice comes after `.ended`.
    case event(SessionEvent)
    /// A fact that the session's machine reports.
    case fact(SessionFact)
    /// An engine sent a message that cannot be read. `problem` is a text.
    case messageSkipped(EngineName, problem: String)
    /// An engine tells something besides speech.
    case engine(EngineName, EngineNotice)
    /// A recognition attempt begins. `number` is unique in the session.
    case attemptBegan(AttemptStart, number: Int)
    /// A recognition attempt is over. Comes once for each stream and each repair that was asked for. The number is nil when the attempt did not begin.
    case attemptEnded(RecognitionAttempt, number: Int?)
    /// The counters of engines' words without effect have changed. `since` has the counters of the notice before.
    case counted(SessionTally, since: SessionTally)
    /// The gate lets everything through from here on: the speech detector failed, or hears no speech in loud audio.
    case gateFailed
    /// The gate has heard no speech for a while.
    case paused(at: SampleIndex)
    /// The voice detector of the gate, or of an engine where there is no gate, heard speech that is over or paused.
    case heard(HeardSpeech)
    /// An engine's end-of-turn model has judged a pause.
    case judged(TurnJudgment)
    /// All finals of an engine that were decided before this position of the session's audio have come. Only engines of this process tell, in order with
    /// their finals. nil: the engine's finals do not come now, because they wait for the words of audio before them, for example for a repair.
    case decided(ChannelIndex, through: SampleIndex?, by: EngineName)
    /// Words that are said in the range were hidden. Comes before the commit of the words.
    case hidden(SampleRange, ChannelIndex)
    /// The engine has named the speaker that is the session's user. The engine heard the user's speech first.
    case userSpeaks(as: SpeakerLabel)
}
