/// A piece of text in the recogniser's vocabulary: an index into its token table.
package struct Token: Hashable, Sendable {
    package var id: Int32

    package init(_ id: Int32) { self.id = id }

    static let unknown = Token(0)
    static let begin = Token(1)
    static let end = Token(2)

    /// True if the token steers the decoder and is never part of a text.
    var isControl: Bool { id <= Self.end.id }
}

/// A token, and the model's probability for it.
package struct ScoredToken: Hashable, Sendable {
    package var token: Token
    /// Natural logarithm of the probability that the model gave to the token after all tokens before it; at most 0.
    package var logProbability: Float

    package init(_ token: Token, logProbability: Float) {
        self.token = token
        self.logProbability = logProbability
    }
}
