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
    ///   - draft: tokens that probably follow the prefix. Those that the recogniser finds too cost no step each.
    ///   - mayContinue: called before every step; false ends the work with `.cancelled`.
    package func decode(
        _ samples: Span<Float>, prefix: [Token] = [], draft: [Token] = [], mayContinue: () -> Bool = { true }
    ) throws(InferenceError) -> Decoded {
        let heard = try hear(samples, prefix: prefix, draft: draft, keepsScores: false, mayContinue: mayContinue)
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
    /// The tokens of one call share the scale of their 8-bit activations. The scores behind a right draft therefore differ a little from those of
    /// single steps, and depend on its wrong tokens too: a caller whose results must be repeatable gives the same draft again.
    ///
    /// - Parameters:
    ///   - draft: as in `decode`. There is none where the scores are kept: the second look needs those of plain steps.
    ///   - keepsScores: true if the second look follows. The scores take 0.13 MB for each token.
    package func hear(
        _ samples: Span<Float>, prefix: [Token] = [], draft: [Token] = [], keepsScores: Bool, mayContinue: () -> Bool = { true }
    ) throws(InferenceError) -> Heard? {
        guard mayContinue() else { return nil }
        let known = prefix.filter(isText)
        let search = GreedySearch(
            known: known, draft: keepsScores ? [] : Array(draft.prefix(while: isText)),
            budget: max(DecodeGuard.tokenBudget(for: SampleCount(samples.count), at: Self.rate), known.count))
        var steps = try MoonshineSteps(model, samples, first: search.first, tokens: table.count, keepsScores: keepsScores)
        let found = try search.run(&steps, mayContinue: mayContinue)
        var text = decoded(found.tokens, found.stop)
        text.mean = found.mean
        return Heard(decoded: text, state: steps.state, scores: found.stop == .end ? steps.scores : nil)
    }

    /// True if the token may be part of a text.
    private func isText(_ token: Token) -> Bool { !token.isControl && Int(token.id) < table.count }

    /// True if the token is punctuation that closes the word before it.
    package func isClosing(_ token: Token) -> Bool { table.isClosing(token) }

    private func decoded(_ tokens: [ScoredToken], _ stop: Decoded.Stop) -> Decoded {
        let shown = tokens.filter { !$0.token.isControl }
        return Decoded(tokens: shown, words: table.words(of: shown), stop: stop)
    }
}
