package import Speech

/// The recogniser of short stretches of English speech. One instance per process: it holds about 0.15 GB. Several threads use it at once.
package final class Recognizer: Sendable {
    /// Sample rate of the audio that the recogniser takes.
    package static let rate = SampleRate.speech
    /// The model's name for people.
    package static let modelName = "moonshine-base-en"

    let model: MoonshineModel
    let table: TokenTable

    /// Loads the model; takes some seconds.
    package init(_ folder: ModelFolder, _ runtime: InferenceRuntime) throws(InferenceError) {
        table = try TokenTable(path: folder.path(of: .tokenTable))
        model = try MoonshineModel(
            runtime, encoderPath: folder.path(of: .encoder), decoderPath: folder.path(of: .decoder), vocabulary: table.count)
    }

    /// Recognises the speech in `samples`. Blocks: on a free core 12 ms for each second of audio, then 6 ms for each
    /// token. The rehearsal of live finals takes these times for its clock (`FreeCore` in Benchmarks/streaming).
    ///
    /// - Parameters:
    ///   - samples: audio, mono, 16 kHz, −1…1; best 2 s to 15 s, never above 30 s.
    ///   - prefix: tokens that the text begins with. They cost one step together, and the recogniser continues after them.
    ///   - mayContinue: called before every step; false ends the work with `.cancelled`.
    package func decode(
        _ samples: Span<Float>, prefix: [Token] = [], mayContinue: () -> Bool = { true }
    ) throws(InferenceError) -> Decoded {
        let heard = try hear(samples, prefix: prefix, keepsScores: false, mayContinue: mayContinue)
        return heard?.decoded ?? Decoded(tokens: [], words: [], stop: .cancelled)
    }

    /// A recognised text with what the second look needs.
    package struct Heard {
        package var decoded: Decoded
        /// The decoder's state after the text.
        var state: MoonshineModel.State
        /// The scores of every place of the text; nil: they were not kept.
        var scores: KeptScores?
    }

    /// Works like `decode`, and returns also what the second look needs; nil when `mayContinue` returned false at once.
    ///
    /// - Parameter keepsScores: true if the second look follows. The scores take 0.13 MB for each token.
    package func hear(
        _ samples: Span<Float>, prefix: [Token] = [], keepsScores: Bool, mayContinue: () -> Bool = { true }
    ) throws(InferenceError) -> Heard? {
        guard mayContinue() else { return nil }
        let known = prefix.filter { !$0.isControl && Int($0.id) < table.count }
        var state = try model.begin(samples, [.begin] + known)
        var scores = keepsScores ? KeptScores(state.logits, rows: known.count + 1, tokens: table.count) : nil
        var tokens: [ScoredToken] = []
        var next = try readScores(state, following: known, into: &tokens)
        let budget = max(DecodeGuard.tokenBudget(for: SampleCount(samples.count), at: Self.rate), known.count)
        var plain = known
        while true {
            guard next.token != .end else {
                var ended = decoded(tokens, .end)
                ended.mean = (tokens.reduce(0) { $0 + $1.logProbability } + next.logProbability) / Float(tokens.count + 1)
                return Heard(decoded: ended, state: state, scores: scores)
            }
            guard tokens.count < budget else { return Heard(decoded: decoded(tokens, .budget), state: state) }
            tokens.append(next)
            plain.append(next.token)
            if let kept = DecodeGuard.endOfLoop(in: plain), kept >= known.count {
                return Heard(decoded: decoded(Array(tokens[..<kept]), .repetition), state: state)
            }
            guard mayContinue() else { return Heard(decoded: decoded(tokens, .cancelled), state: state) }
            try model.advance(&state, by: [next.token])
            scores?.keep(state.logits)
            next = try state.logits.withElements(Float.self) { TokenScores($0.extracting(first: table.count)).best() }
        }
    }

    /// True if the token is punctuation that closes the word before it.
    package func isClosing(_ token: Token) -> Bool { table.isClosing(token) }

    /// Appends the forced tokens with their scores to `tokens`, and returns the first token after them.
    private func readScores(
        _ state: MoonshineModel.State, following known: [Token], into tokens: inout [ScoredToken]
    ) throws(InferenceError) -> ScoredToken {
        try state.logits.withElements(Float.self) { logits in
            let width = logits.count / (known.count + 1)
            func scores(_ row: Int) -> Range<Int> { row * width..<row * width + table.count }
            for (row, token) in known.enumerated() { tokens.append(TokenScores(logits.extracting(scores(row))).score(of: token)) }
            return TokenScores(logits.extracting(scores(known.count))).best()
        }
    }

    private func decoded(_ tokens: [ScoredToken], _ stop: Decoded.Stop) -> Decoded {
        let shown = tokens.filter { !$0.token.isControl }
        return Decoded(tokens: shown, words: table.words(of: shown), stop: stop)
    }
}
