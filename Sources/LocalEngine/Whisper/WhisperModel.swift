/// Whisper's two networks: the encoder of the audio, and the decoder that gives the scores of the next token.
final class WhisperModel: Sendable {
    let facts: WhisperFacts
    private let runtime: InferenceRuntime
    private let features: WhisperFeatures
    private let encoder: InferenceSession
    private let decoder: InferenceSession
    private let mel: InferenceSession.Slot
    private let encoded: [InferenceSession.Slot]
    private let tokens: InferenceSession.Slot
    private let past: [InferenceSession.Slot]
    private let cross: [InferenceSession.Slot]
    private let logits: InferenceSession.Slot
    private let present: [InferenceSession.Slot]
    /// The attention of the heads that follow the audio; nil when the model does not give it.
    private let alignment: InferenceSession.Slot?

    /// Audio as the decoder takes it.
    struct Audio {
        /// Number of frames of 20 ms.
        var frames: Int
        fileprivate var cross: [Tensor]
    }

    /// The tokens that the decoder has taken, in one row for each hypothesis.
    struct State {
        fileprivate(set) var rows: Int
        fileprivate var past: [Tensor]
        /// [rows, tokens of the last call, vocabulary]: for each token of the last call, the scores of the token that follows.
        fileprivate(set) var logits: Tensor
    }

    init(_ runtime: InferenceRuntime, encoder encoderPath: String, decoder decoderPath: String) throws(InferenceError) {
        facts = try WhisperFacts(path: encoderPath)
        self.runtime = runtime
        features = WhisperFeatures(bands: facts.bands)
        // Windows differ in length: kept memory would stay as large as the longest window needs.
        encoder = try InferenceSession(runtime, path: encoderPath, reusesMemory: false)
        decoder = try InferenceSession(runtime, path: decoderPath)
        mel = try encoder.input("mel")
        tokens = try decoder.input("tokens")
        logits = try decoder.output("logits")
        var encoded: [InferenceSession.Slot] = [], cross: [InferenceSession.Slot] = []
        for layer in 0..<facts.layers {
            for name in ["cross_k.\(layer)", "cross_v.\(layer)"] {
                encoded.append(try encoder.output(name))
                cross.append(try decoder.input(name))
            }
        }
        (self.encoded, self.cross) = (encoded, cross)
        past = [try decoder.input("past_k"), try decoder.input("past_v")]
        present = [try decoder.output("present_k"), try decoder.output("present_v")]
        alignment = decoder.outputNames.contains("alignment") ? try decoder.output("alignment") : nil
    }

    /// Encodes audio in a window of `seconds`, with silence behind the audio. Costs 20 ms for each second of a short window.
    func encode(_ samples: Span<Float>, seconds: Double) throws(InferenceError) -> Audio {
        let frames = WhisperFeatures.frames(seconds: seconds)
        let input = try Tensor(features.features(of: samples, frames: frames), shape: [1, facts.bands, frames], runtime)
        return Audio(frames: frames / 2, cross: try encoder.run([.init(mel, input)], encoded))
    }

    /// Takes the first tokens of one hypothesis.
    func begin(_ audio: Audio, _ first: [Token]) throws(InferenceError) -> State {
        let empty = try empty()
        let outputs = try run([first], audio, [empty, empty], [logits] + present)
        return State(rows: 1, past: Array(outputs[1...]), logits: outputs[0])
    }

    /// Takes more tokens: the same number in each row.
    func advance(_ state: inout State, _ audio: Audio, by rows: [[Token]]) throws(InferenceError) {
        let outputs = try run(rows, audio, state.past, [logits] + present)
        state = State(rows: rows.count, past: Array(outputs[1...]), logits: outputs[0])
    }

    /// Makes new rows of copies of the rows with these indices.
    func select(_ rows: [Int], in state: inout State) throws(InferenceError) {
        guard rows != Array(0..<state.rows) else { return }
        var past: [Tensor] = []
        for tensor in state.past { past.append(try tensor.selecting(rows, axis: 1, Float.self)) }
        state.past = past
        state.rows = rows.count
    }

    /// Calls `body` with the scores that follow a token of a row.
    ///
    /// - Parameter behind: number of tokens of the last call that come after the token.
    func withScores<R>(_ state: State, row: Int, behind: Int = 0, _ body: (Span<Float>) -> R) throws(InferenceError) -> R {
        try state.logits.withElements(Float.self) { logits in
            let perRow = logits.count / state.rows
            let last = (row + 1) * perRow - (behind + 1) * facts.vocabulary
            return body(logits.extracting(last..<last + facts.vocabulary))
        }
    }

    /// Returns the attention that each of these tokens pays to the frames of the audio: [heads, tokens, frames]; nil when the model does not give it.
    func attention(_ audio: Audio, _ all: [Token]) throws(InferenceError) -> (heads: Int, values: [Float])? {
        guard let alignment else { return nil }
        let empty = try empty()
        let output = try run([all], audio, [empty, empty], [alignment])[0]
        let shape = try output.shape()
        guard shape.count == 4 else { throw .failedRun(model: decoder.path, reason: "the attention has the shape \(shape)") }
        return (shape[1], try output.withElements(Float.self) { values in values.indices.map { values[$0] } })
    }

    private func empty() throws(InferenceError) -> Tensor {
        try Tensor([Float](), shape: [facts.layers, 1, facts.heads, 0, facts.headSize], runtime)
    }

    private func run(
        _ rows: [[Token]], _ audio: Audio, _ caches: [Tensor], _ outputs: [InferenceSession.Slot]
    ) throws(InferenceError) -> [Tensor] {
        let ids = rows.flatMap { $0.map { Int64($0.id) } }
        var feeds: [InferenceSession.Feed] = [.init(tokens, try Tensor(ids, shape: [rows.count, ids.count / rows.count], runtime))]
        for (slot, tensor) in zip(past + cross, caches + audio.cross) { feeds.append(.init(slot, tensor)) }
        return try decoder.run(feeds, outputs)
    }
}
