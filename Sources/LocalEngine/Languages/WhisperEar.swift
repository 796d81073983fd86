/// The model for all languages with one utterance, which it hears once for several questions. One thread at a time may use a value.
struct WhisperEar {
    let model: WhisperRecognizer
    /// The utterance, mono, 16 kHz, −1…1.
    let samples: [Float]
    private var heard: WhisperRecognizer.Hearing?

    init(_ model: WhisperRecognizer, _ samples: [Float]) {
        self.model = model
        self.samples = samples
    }

    /// Returns what the model has heard. The first call blocks: 20 ms for each second of the model's window.
    mutating func hearing() throws(InferenceError) -> WhisperRecognizer.Hearing {
        if let heard { return heard }
        let hearing = try model.hear(samples.span)
        heard = hearing
        return hearing
    }
}
