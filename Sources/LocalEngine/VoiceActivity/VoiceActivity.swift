package import Speech

/// The voice detector: Silero VAD v5, loaded once and shared by all streams. About 0.08 ms of work for a window of 32 ms.
package final class VoiceActivity: Sendable {
    /// Number of samples, at 16 kHz, that get one probability.
    package static let window = SampleCount(512)
    /// Number of samples before the window that the model also takes.
    static let context = 64
    static let stateCount = 2 * 128
    /// Number of silent windows after which the model's state does not change any more.
    private static let windowsToSilence = 32

    private let model: Model
    /// The model's state in silence. Each stream begins with it: after a state of zeros, the model hears nothing of plain speech for up to a second.
    let silence: [Float]

    /// - Parameter path: the path of `silero_vad.onnx`.
    package init(_ runtime: InferenceRuntime, path: String) throws(InferenceError) {
        model = try Model(runtime, path: path)
        let window = [Float](repeating: 0, count: Self.context + Int(Self.window.samples))
        var state = [Float](repeating: 0, count: Self.stateCount)
        for _ in 0..<Self.windowsToSilence { _ = try model.probability(window, state: &state) }
        silence = state
    }

    /// Returns the probability of speech in the last 512 of `samples` (context and window). Updates `state` for the next window.
    func probability(_ samples: [Float], state: inout [Float]) throws(InferenceError) -> Float { try model.probability(samples, state: &state) }

    private struct Model: Sendable {
        let runtime: InferenceRuntime
        let session: InferenceSession
        let input: InferenceSession.Slot
        let stateIn: InferenceSession.Slot
        let rate: InferenceSession.Slot
        let outputs: [InferenceSession.Slot]

        init(_ runtime: InferenceRuntime, path: String) throws(InferenceError) {
            self.runtime = runtime
            session = try InferenceSession(runtime, path: path)
            input = try session.input("input")
            stateIn = try session.input("state")
            rate = try session.input("sr")
            outputs = [try session.output("output"), try session.output("stateN")]
        }

        func probability(_ samples: [Float], state: inout [Float]) throws(InferenceError) -> Float {
            let results = try session.run(
                [
                    .init(input, try Tensor(samples, shape: [1, samples.count], runtime)),
                    .init(stateIn, try Tensor(state, shape: [2, 1, 128], runtime)),
                    .init(rate, try Tensor([Int64(16_000)], shape: [], runtime)),
                ], outputs)
            let probability = try results[0].withElements(Float.self) { $0.isEmpty ? 0 : $0[0] }
            state = try results[1].withElements(Float.self) { elements in elements.withUnsafeBufferPointer { Array($0) } }
            guard state.count == VoiceActivity.stateCount else {
                throw .failedRun(model: session.path, reason: "the state has \(state.count) elements, not \(VoiceActivity.stateCount)")
            }
            return probability
        }
    }
}
