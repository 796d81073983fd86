package import Continuity
package import Speech

/// The owner of a session: hears what the session says. Called on the session's loop.
package protocol SessionObserver: AnyObject {
    /// An event of the session; after `.ended` there is nothing more.
    func hear(_ event: SessionEvent)

    /// Too much audio waits (true), or it may come again.
    func hold(_ isHeld: Bool)

    /// An engine sent what cannot be read. Says what is wrong with it.
    func skipped(_ engine: EngineName, _ problem: String)

    /// An engine will recognise only this much more.
    func creditsLow(_ engine: EngineName, _ remaining: Duration)

    /// A recognition attempt begins.
    ///
    /// - Parameter number: no other of this session has it.
    func began(_ attempt: AttemptStart, _ number: Int)

    /// A recognition attempt is over. Comes once for each stream and each repair that was asked for.
    ///
    /// - Parameter number: nil: it did not even begin.
    func ran(_ run: RecognitionAttempt, _ number: Int?)

    /// Words were heard to which an engine said nothing: that it stalled is now known to be its fault. Comes after its `ran`, if at all.
    func blame(_ engine: EngineName, _ error: EngineError)

    /// An engine that was given up for its silence has answered after all, so long after it was sent the audio.
    func lagged(_ engine: EngineName, by lag: Duration)

    /// Engines said what changes nothing.
    ///
    /// - Parameter before: what was counted before.
    func counted(_ tally: SessionTally, since before: SessionTally)

    /// Words for a gap that the client was told of; they complete what is stored.
    func mend(_ mend: Backfill)

    /// The gate lets everything through from here on: it does not work, or hears no speech where there is sound.
    func gateFailed()

    /// The gate has heard no speech for a while.
    func paused(at position: SampleIndex)

    /// The engine has told who the session's user is, whose speech it heard first.
    func userSpeaks(as speaker: SpeakerLabel)

    /// The comparison of a shadow's words with the session's, at the session's end.
    func evaluated(_ evaluation: Evaluation)
}

extension SessionObserver {
    package func began(_ attempt: AttemptStart, _ number: Int) {}

    package func blame(_ engine: EngineName, _ error: EngineError) {}

    package func lagged(_ engine: EngineName, by lag: Duration) {}

    package func counted(_ tally: SessionTally, since before: SessionTally) {}

    package func mend(_ mend: Backfill) {}

    package func userSpeaks(as speaker: SpeakerLabel) {}

    package func evaluated(_ evaluation: Evaluation) {}

    package func gateFailed() {}

    package func paused(at position: SampleIndex) {}
}
