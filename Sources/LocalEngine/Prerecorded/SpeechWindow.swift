package import Speech

/// A stretch of a recording's channel that is recognised at once. Positions in samples at 16 kHz.
package struct SpeechWindow: Sendable, Equatable {
    /// What the recogniser hears: the speech and a little silence around it. Never shared with another window.
    package var audio: SampleRange
    /// Where speech was heard in it, in order; never empty.
    package var speech: [SampleRange]

    package init(audio: SampleRange, speech: [SampleRange]) {
        self.audio = audio
        self.speech = speech
    }
}
