/// A model that turns speech into a vector of 192 values.
final class VoiceNetwork: Sendable {
    private let runtime: InferenceRuntime
    private let session: InferenceSession
    private let input: InferenceSession.Slot
    private let output: InferenceSession.Slot

    init(_ runtime: InferenceRuntime, path: String) throws(InferenceError) {
        self.runtime = runtime
        session = try InferenceSession(runtime, path: path)
        input = try session.input("samples")
        output = try session.output("embedding")
    }

    /// Returns the vector, whose length is not normalized.
    func run(_ samples: Span<Float>) throws(InferenceError) -> [Float] {
        let results = try session.run([.init(input, try Tensor(samples, shape: [1, samples.count], runtime))], [output])
        let vector = try results[0].withElements(Float.self) { elements in elements.withUnsafeBufferPointer { Array($0) } }
        guard vector.count == SpeakerEmbedder.dimensions else {
            throw .failedRun(model: session.path, reason: "the voiceprint has \(vector.count) elements, not \(SpeakerEmbedder.dimensions)")
        }
        return vector
    }
}
