/// The steps of a decoder through one text, as greedy search asks for them.
///
/// The first call has taken the begin token, and tokens behind it. A row has the scores of the token that follows one token of the latest call: the
/// first call has a row for each of its tokens, each later one has one row.
package protocol DecoderSteps {
    /// Returns the likeliest token of a row.
    func best(at row: Int) throws(InferenceError) -> ScoredToken
    /// Returns a token with its score in a row.
    func score(of token: Token, at row: Int) throws(InferenceError) -> ScoredToken
    /// Forgets all tokens but the first ones. The rows stay as they are.
    ///
    /// - Parameter count: number of tokens that stay, the begin token included.
    mutating func cut(to count: Int) throws(InferenceError)
    /// Takes one more token.
    mutating func advance(by token: Token) throws(InferenceError)
}

/// Greedy search: the likeliest token follows, up to the end of the text.
///
/// A draft saves steps. Its tokens go into the decoder's first call, which scores the token behind each of them. As long as the likeliest token is
/// that of the draft, the next row has the scores of the next token. At the first difference the rest of the draft is forgotten, and the search goes
/// on token by token. The draft never decides anything. Where the scores behind a token depend on the tokens before it alone, every draft gives the
/// result of a search without one, to the last bit, in at most as many calls.
package struct GreedySearch: Sendable {
    /// A text and the reason why it ends.
    package struct Found: Sendable, Equatable {
        package var tokens: [ScoredToken]
        package var stop: Decoded.Stop
        /// As in `Decoded`.
        package var mean: Float = 0
    }

    /// Tokens that the text begins with.
    private let known: [Token]
    /// Tokens that probably follow them.
    private let draft: [Token]
    /// Maximum number of tokens of the text.
    private let budget: Int

    package init(known: [Token] = [], draft: [Token] = [], budget: Int) {
        self.known = known
        self.draft = Array(draft.prefix(max(0, budget - known.count)))
        self.budget = budget
    }

    /// The tokens that the first call takes.
    package var first: [Token] { [.begin] + known + draft }

    /// Searches for the text.
    ///
    /// - Parameters:
    ///   - steps: a decoder whose first call has taken `first`. After a text that came to its end, the decoder has taken the tokens of the text.
    ///   - mayContinue: called before every further call; false ends the search with `.cancelled`.
    package func run(_ steps: inout some DecoderSteps, mayContinue: () -> Bool) throws(InferenceError) -> Found {
        var tokens: [ScoredToken] = [], plain = known
        for (row, token) in known.enumerated() { tokens.append(try steps.score(of: token, at: row)) }
        var next = try steps.best(at: known.count)
        // Number of tokens of the draft that are right. The rest is no part of the text.
        var right = 0, isDrafted = !draft.isEmpty
        func forgetRest(_ steps: inout some DecoderSteps) throws(InferenceError) {
            if isDrafted, right < draft.count { try steps.cut(to: 1 + known.count + right) }
            isDrafted = false
        }
        while true {
            guard next.token != .end else {
                try forgetRest(&steps)
                let mean = (tokens.reduce(0) { $0 + $1.logProbability } + next.logProbability) / Float(tokens.count + 1)
                return Found(tokens: tokens, stop: .end, mean: mean)
            }
            guard tokens.count < budget else { return Found(tokens: tokens, stop: .budget) }
            tokens.append(next)
            plain.append(next.token)
            if let kept = DecodeGuard.endOfLoop(in: plain), kept >= known.count {
                return Found(tokens: Array(tokens[..<kept]), stop: .repetition)
            }
            if isDrafted, right < draft.count, draft[right] == next.token {
                right += 1
                next = try steps.best(at: known.count + right)
                continue
            }
            guard mayContinue() else { return Found(tokens: tokens, stop: .cancelled) }
            try forgetRest(&steps)
            try steps.advance(by: next.token)
            next = try steps.best(at: 0)
        }
    }
}
