/// The decoder's scores for each place of a text, kept until the second look is done. The tensors are those that the decoder returned, so that
/// nothing is copied: 0.13 MB for each token.
struct KeptScores {
    private var tensors: [Tensor]
    /// Number of rows in the first tensor; the others have one row.
    private let firstRows: Int
    /// Number of tokens in the token table.
    private let tokenCount: Int

    /// - Parameters:
    ///   - first: the scores of the first call.
    ///   - rows: number of tokens that went into the first call.
    ///   - tokens: number of tokens in the token table.
    init(_ first: Tensor, rows: Int, tokens: Int) {
        tensors = [first]
        firstRows = rows
        tokenCount = tokens
    }

    /// Number of places with scores: one more than the text has tokens.
    var count: Int { firstRows + tensors.count - 1 }

    /// Keeps the scores of a call with one token.
    mutating func keep(_ tensor: Tensor) { tensors.append(tensor) }

    /// Calls `body` with the scores of the token that follows the first `index` tokens of the text.
    func at<R>(_ index: Int, _ body: (Span<Float>) -> R) throws(InferenceError) -> R {
        let isFirst = index < firstRows
        return try Self.row(isFirst ? index : 0, of: isFirst ? firstRows : 1, in: tensors[isFirst ? 0 : index - firstRows + 1], tokenCount, body)
    }

    /// Calls `body` with one row of a tensor of scores.
    static func row<R>(_ row: Int, of rows: Int, in tensor: Tensor, _ tokenCount: Int, _ body: (Span<Float>) -> R) throws(InferenceError) -> R {
        try tensor.withElements(Float.self) { logits in
            let width = logits.count / rows
            return body(logits.extracting(row * width..<row * width + tokenCount))
        }
    }

    /// Returns the score of `token` after the first `index` tokens.
    func score(of token: Token, at index: Int) throws(InferenceError) -> ScoredToken {
        try at(index) { TokenScores($0).score(of: token) }
    }

    /// Returns the scores of `tokens`, which went into one call after the first `index` tokens of the text, and of the end behind them.
    ///
    /// - Parameter logits: the scores that the call returned.
    func scores(of tokens: [Token], at index: Int, _ logits: Tensor) throws(InferenceError) -> (tokens: [ScoredToken], end: Float) {
        guard let first = tokens.first else { return ([], 0) }
        var scored = [try score(of: first, at: index)]
        for (row, token) in tokens.dropFirst().enumerated() {
            scored.append(try Self.row(row, of: tokens.count, in: logits, tokenCount) { TokenScores($0).score(of: token) })
        }
        let end = try Self.row(tokens.count - 1, of: tokens.count, in: logits, tokenCount) { TokenScores($0).score(of: .end).logProbability }
        return (scored, end)
    }
}
