import Glibc

/// The scores that the decoder gives to every token as a candidate for the next one.
struct TokenScores: ~Escapable {
    private let logits: Span<Float>

    @_lifetime(copy logits)
    init(_ logits: Span<Float>) { self.logits = logits }

    /// Returns the likeliest token.
    func best() -> ScoredToken {
        var best = 0
        for index in logits.indices where logits[index] > logits[best] { best = index }
        return ScoredToken(Token(Int32(best)), logProbability: -logf(sum(relativeTo: logits[best])))
    }

    func score(of token: Token) -> ScoredToken {
        var highest = -Float.infinity
        for index in logits.indices where logits[index] > highest { highest = logits[index] }
        return ScoredToken(token, logProbability: logits[Int(token.id)] - highest - logf(sum(relativeTo: highest)))
    }

    /// Returns the sum of the exponentials. Terms below e^-16 of the highest do not change the sum and are left out.
    private func sum(relativeTo highest: Float) -> Float {
        var sum: Float = 0
        for index in logits.indices {
            let below = logits[index] - highest
            if below > -16 { sum += expf(below) }
        }
        return sum
    }
}
