/// Judges by the sound of a turn whether the speaker has finished: smart-turn v3.2. About 40 ms of work on a free core, in the
/// rehearsal of live finals too (`FreeCore` in Benchmarks/streaming).
///
/// The model never calls a cut sentence complete, but it misses about half of the real ends. Therefore silence must end turns too.
package final class EndOfTurn: Sendable {
    /// Probabilities above this mean that the turn is complete.
    package static let threshold: Float = 0.5

    private let runtime: InferenceRuntime
    private let session: InferenceSession
    private let input: InferenceSession.Slot
    private let output: InferenceSession.Slot
    private let spectrogram = MelSpectrogram()

    /// - Parameter path: the path of `smart-turn-v3.2-cpu.onnx`.
    package init(_ runtime: InferenceRuntime, path: String) throws(InferenceError) {
        self.runtime = runtime
        session = try InferenceSession(runtime, path: path)
        input = try session.input("input_features")
        output = try session.output("logits")
    }

    /// Returns the probability, 0…1, that the turn that ends with `samples` is complete.
    ///
    /// - Parameter samples: audio, mono, 16 kHz, −1…1; only the last 8 s count.
    package func probability(_ samples: Span<Float>) throws(InferenceError) -> Float {
        let features = spectrogram.features(of: samples)
        let tensor = try Tensor(features, shape: [1, MelSpectrogram.bands, MelSpectrogram.frames], runtime)
        let results = try session.run([.init(input, tensor)], [output])
        return try results[0].withElements(Float.self) { $0.isEmpty ? 0 : $0[0] }
    }
}
