package import Speech

/// A stretch of a recording's channel that is recognised in one piece. Positions are in samples at 16 kHz.
package struct SpeechWindow: Sendable, Equatable {
    /// The audio for the recogniser: the speech and a little silence around it. Windows do not share audio.
    package var audio: SampleRange
    /// The intervals of speech in the window, in order; never empty.
    package var speech: [SampleRange]

    package init(audio: SampleRange, speech: [SampleRange]) {
        self.audio = audio
        self.speech = speech
    }

    /// The stretch from the first sound of speech to the last.
    var spoken: SampleRange { SampleRange(speech.first?.start ?? audio.start, speech.last?.end ?? audio.end) }
}
