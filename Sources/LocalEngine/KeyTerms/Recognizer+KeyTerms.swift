extension Recognizer {
    /// Works like `decode` without `look`, and puts key terms into a text that has come to its end.
    ///
    /// - Parameter look: the key terms; nil: the text stays as it was heard, and nothing is done for terms.
    package func decode(
        _ samples: Span<Float>, prefix: [Token] = [], look: KeyTermLook?, mayContinue: () -> Bool = { true }
    ) throws(InferenceError) -> Decoded {
        guard let look else { return try decode(samples, prefix: prefix, mayContinue: mayContinue) }
        guard let heard = try hear(samples, prefix: prefix, keepsScores: true, mayContinue: mayContinue) else {
            return Decoded(tokens: [], words: [], stop: .cancelled)
        }
        return try lookAgain(at: heard, look, mayContinue: mayContinue)
    }

    /// Puts key terms into a text. A text that did not come to its end stays as it is.
    ///
    /// - Parameter mayContinue: called before every question to the decoder; false ends the work with `.cancelled`.
    package func lookAgain(
        at heard: Heard, _ look: KeyTermLook, mayContinue: () -> Bool = { true }
    ) throws(InferenceError) -> Decoded {
        let decoded = heard.decoded
        guard var scorer = scorer(of: heard, look) else { return decoded }
        guard let changes = try scorer.changes(to: decoded, mayContinue) else {
            return Decoded(tokens: decoded.tokens, words: decoded.words, stop: .cancelled)
        }
        return changes.isEmpty ? decoded : decoded.with(changes) { table.words(of: $0) }
    }

    /// Returns what asks the decoder about key terms in a text; nil when the text did not come to its end, or has tokens that it does not show.
    func scorer(of heard: Heard, _ look: KeyTermLook) -> TermScorer? {
        guard let scores = heard.scores, !heard.decoded.words.isEmpty, scores.count == heard.decoded.tokens.count + 1 else { return nil }
        return TermScorer(model: model, state: heard.state, scores: scores, look: look)
    }
}
