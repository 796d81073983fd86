/// Moonshine base: an encoder of raw samples, and a decoder of tokens that caches its earlier computations.
///
/// Shapes of the exported model: `input_values` float [1, n] at 16 kHz; `last_hidden_state` [1, T, 416]; caches [1, 8, length, 52]. Each of the 8
/// layers has a key and a value for the decoder's own tokens, and a key and a value for the encoder's output.
final class MoonshineModel: Sendable {
    private static let layers = 8
    private static let heads = 8
    private static let headSize = 52
    /// Minimum input: shorter audio does not fill the encoder's first filters.
    private static let shortestInput = 1_600
    /// Samples of silence that are appended to the audio. Where audio breaks off in speech, the model repeats its last words or invents some (in 10
    /// of 249 recordings that were cut at random; with silence, in none). Without interims, silence removed 4 of 157 errors in the streaming bench's
    /// rehearsal.
    private static let silence = 3_200

    private let runtime: InferenceRuntime
    private let encoder: InferenceSession
    private let decoder: InferenceSession
    private let samples: InferenceSession.Slot
    private let hidden: InferenceSession.Slot
    private let tokens: InferenceSession.Slot
    private let encoderState: InferenceSession.Slot
    private let usesCache: InferenceSession.Slot
    private let logits: InferenceSession.Slot
    /// Caches of the decoder's own tokens, two for each layer; `pastOfEncoder` has those of the encoder's output in the same order.
    private let pastOfTokens: [InferenceSession.Slot]
    private let pastOfEncoder: [InferenceSession.Slot]
    private let presentOfTokens: [InferenceSession.Slot]
    private let presentOfEncoder: [InferenceSession.Slot]

    /// - Parameter vocabulary: number of tokens in the table; the decoder may score more.
    init(_ runtime: InferenceRuntime, encoderPath: String, decoderPath: String, vocabulary: Int) throws(InferenceError) {
        self.runtime = runtime
        encoder = try InferenceSession(runtime, path: encoderPath)
        decoder = try InferenceSession(runtime, path: decoderPath)
        samples = try encoder.input("input_values")
        hidden = try encoder.output("last_hidden_state")
        tokens = try decoder.input("input_ids")
        encoderState = try decoder.input("encoder_hidden_states")
        usesCache = try decoder.input("use_cache_branch")
        logits = try decoder.output("logits")
        var slots: [[InferenceSession.Slot]] = [[], [], [], []]
        for layer in 0..<Self.layers {
            for part in ["key", "value"] {
                slots[0].append(try decoder.input("past_key_values.\(layer).decoder.\(part)"))
                slots[1].append(try decoder.input("past_key_values.\(layer).encoder.\(part)"))
                slots[2].append(try decoder.output("present.\(layer).decoder.\(part)"))
                slots[3].append(try decoder.output("present.\(layer).encoder.\(part)"))
            }
        }
        (pastOfTokens, pastOfEncoder, presentOfTokens, presentOfEncoder) = (slots[0], slots[1], slots[2], slots[3])

        let probe = try begin([Float](repeating: 0, count: Self.shortestInput).span, [.begin])
        guard let width = try probe.logits.shape().last, width >= vocabulary else {
            throw .unusableModel(path: decoderPath, reason: "the model has fewer tokens than the token table (\(vocabulary))")
        }
    }

    /// The decoder's state after some tokens.
    struct State {
        fileprivate let encoded: Tensor
        fileprivate var ofTokens: [Tensor]
        fileprivate let ofEncoder: [Tensor]
        /// Scores, [1, k, vocabulary]: for each token of the last call, the scores of the token that follows.
        fileprivate(set) var logits: Tensor
    }

    /// Encodes `audio` (mono, 16 kHz, −1…1) with a little silence behind it, and takes the first tokens.
    func begin(_ audio: Span<Float>, _ first: [Token]) throws(InferenceError) -> State {
        var heard = [Float](repeating: 0, count: max(Self.shortestInput, audio.count + Self.silence))
        for index in audio.indices { heard[index] = audio[index] }
        let input = try Tensor(heard, shape: [1, heard.count], runtime)
        let encoded = try encoder.run([.init(samples, input)], [hidden])[0]
        let empty = try Tensor([Float](), shape: [1, Self.heads, 0, Self.headSize], runtime)
        let caches = [Tensor](repeating: empty, count: 2 * Self.layers)
        let outputs = try run(first, encoded, caches, caches, usesCache: false, [logits] + presentOfTokens + presentOfEncoder)
        return State(
            encoded: encoded, ofTokens: Array(outputs[1...2 * Self.layers]), ofEncoder: Array(outputs[(2 * Self.layers + 1)...]),
            logits: outputs[0])
    }

    /// Takes more tokens, at least one. The caches go back in as the tensors that came out, so that no data is copied.
    func advance(_ state: inout State, by tokens: [Token]) throws(InferenceError) {
        let outputs = try run(
            tokens, state.encoded, state.ofTokens, state.ofEncoder, usesCache: true, [logits] + presentOfTokens)
        state.logits = outputs[0]
        state.ofTokens = Array(outputs.dropFirst())
    }

    /// Returns the state after the first `count` tokens, the begin token included. Nothing is computed; the scores are still those of `state`.
    func cut(_ state: State, to count: Int) throws(InferenceError) -> State {
        var cut = state
        var caches: [Tensor] = []
        for cache in state.ofTokens { caches.append(try cache.selecting(Array(0..<count), axis: 2, Float.self)) }
        cut.ofTokens = caches
        return cut
    }

    private func run(
        _ ids: [Token], _ encoded: Tensor, _ ofTokens: [Tensor], _ ofEncoder: [Tensor], usesCache cached: Bool,
        _ outputs: [InferenceSession.Slot]
    ) throws(InferenceError) -> [Tensor] {
        var feeds: [InferenceSession.Feed] = [
            .init(tokens, try Tensor(ids.map { Int64($0.id) }, shape: [1, ids.count], runtime)),
            .init(encoderState, encoded),
            .init(usesCache, try Tensor([cached], shape: [1], runtime)),
        ]
        feeds.reserveCapacity(3 + 4 * Self.layers)
        for index in 0..<2 * Self.layers {
            feeds.append(.init(pastOfTokens[index], ofTokens[index]))
            feeds.append(.init(pastOfEncoder[index], ofEncoder[index]))
        }
        return try decoder.run(feeds, outputs)
    }
}
