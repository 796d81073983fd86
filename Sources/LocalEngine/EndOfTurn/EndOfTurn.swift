/// Tells from how something was said whether the speaker is done: smart-turn v3.2. About 40 ms of work.
///
/// It never calls a sentence complete that was cut, but misses about half of the real ends: go by silence as well.
package final class EndOfTurn: Sendable {
    /// Probabilities above this mean that the turn is complete.
    package static let threshold: Float = 0.5

    private let runtime: InferenceRuntime
    private let session: InferenceSession
    private let input: InferenceSession.Slot
    private let output: InferenceSession.Slot
    private let spectrogram = MelSpectrogram()

    /// - Parameter path: of `smart-turn-v3.2-cpu.onnx`.
    package init(_ runtime: InferenceRuntime, path: String) throws(InferenceError) {
        self.runtime = runtime
        session = try InferenceSession(runtime, path: path)
        input = try session.input("input_features")
        output = try session.output("logits")
    }

    /// How likely it is that the turn that ends with `samples` is complete, 0…1.
    ///
    /// - Parameter samples: mono, 16 kHz, −1…1; at most the last 8 s count.
    package func probability(_ samples: Span<Float>) throws(InferenceError) -> Float {
        let features = spectrogram.features(of: samples)
        let tensor = try Tensor(features, shape: [1, MelSpectrogram.bands, MelSpectrogram.frames], runtime)
        let results = try session.run([.init(input, tensor)], [output])
        return try results[0].withElements(Float.self) { $0.isEmpty ? 0 : $0[0] }
    }
}
