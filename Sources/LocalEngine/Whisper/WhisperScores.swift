import Glibc

/// The scores that Whisper's decoder gives to every token as a candidate for the next one.
struct WhisperScores: ~Escapable {
    private let logits: Span<Float>

    @_lifetime(copy logits)
    init(_ logits: Span<Float>) { self.logits = logits }

    /// Returns the likeliest tokens, the likeliest first.
    ///
    /// - Parameters:
    ///   - count: maximum number of tokens.
    ///   - isAllowed: for each token that may be chosen, true; the others have no part in the probabilities.
    func best(_ count: Int, isAllowed: Span<Bool>) -> [ScoredToken] {
        var best: [(id: Int, logit: Float)] = []
        best.reserveCapacity(count + 1)
        for id in 0..<min(logits.count, isAllowed.count) where isAllowed[id] {
            let logit = logits[id]
            guard best.count < count || logit > best[best.count - 1].logit else { continue }
            let place = best.firstIndex { $0.logit < logit } ?? best.count
            best.insert((id, logit), at: place)
            if best.count > count { best.removeLast() }
        }
        guard let highest = best.first?.logit else { return [] }
        var sum: Float = 0
        for id in 0..<min(logits.count, isAllowed.count) where isAllowed[id] && logits[id] - highest > -16 { sum += expf(logits[id] - highest) }
        let whole = highest + logf(sum)
        return best.map { ScoredToken(Token(Int32($0.id)), logProbability: $0.logit - whole) }
    }

    /// Returns the logarithm of a token's probability among those that may be chosen; −∞ for a token that may not.
    func logProbability(of token: Token, isAllowed: Span<Bool>) -> Float {
        let count = min(logits.count, isAllowed.count), own = Int(token.id)
        guard own < count, isAllowed[own] else { return -.infinity }
        var highest = -Float.infinity
        for id in 0..<count where isAllowed[id] && logits[id] > highest { highest = logits[id] }
        var sum: Float = 0
        for id in 0..<count where isAllowed[id] && logits[id] - highest > -16 { sum += expf(logits[id] - highest) }
        return logits[own] - highest - logf(sum)
    }

    /// Returns the probability of a token among all.
    func probability(of token: Token) -> Float {
        var highest = -Float.infinity
        for id in logits.indices where logits[id] > highest { highest = logits[id] }
        var sum: Float = 0
        for id in logits.indices where logits[id] - highest > -16 { sum += expf(logits[id] - highest) }
        return expf(logits[Int(token.id)] - highest) / sum
    }
}
