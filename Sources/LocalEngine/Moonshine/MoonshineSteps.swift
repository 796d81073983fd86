/// The steps of Moonshine's decoder through one text.
struct MoonshineSteps: DecoderSteps {
    private let model: MoonshineModel
    /// Number of tokens in the token table.
    private let tokenCount: Int
    /// Number of tokens that went into the latest call.
    private var rows: Int
    /// The decoder's state after the latest call.
    private(set) var state: MoonshineModel.State
    /// The scores of every place of the text; nil: they are not kept.
    private(set) var scores: KeptScores?

    /// Hears the samples, and takes the first tokens.
    ///
    /// - Parameters:
    ///   - tokens: number of tokens in the token table.
    ///   - keepsScores: true keeps the scores of every place. All first tokens have to be tokens of the text.
    init(
        _ model: MoonshineModel, _ samples: Span<Float>, first: [Token], tokens: Int, keepsScores: Bool
    ) throws(InferenceError) {
        self.model = model
        tokenCount = tokens
        rows = first.count
        let begun = try model.begin(samples, first)
        state = begun
        scores = keepsScores ? KeptScores(begun.logits, rows: first.count, tokens: tokens) : nil
    }

    func best(at row: Int) throws(InferenceError) -> ScoredToken {
        try KeptScores.row(row, of: rows, in: state.logits, tokenCount) { TokenScores($0).best() }
    }

    func score(of token: Token, at row: Int) throws(InferenceError) -> ScoredToken {
        try KeptScores.row(row, of: rows, in: state.logits, tokenCount) { TokenScores($0).score(of: token) }
    }

    mutating func cut(to count: Int) throws(InferenceError) { state = try model.cut(state, to: count) }

    mutating func advance(by token: Token) throws(InferenceError) {
        try model.advance(&state, by: [token])
        rows = 1
        scores?.keep(state.logits)
    }
}
