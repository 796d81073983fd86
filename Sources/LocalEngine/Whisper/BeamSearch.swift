/// The search for the likeliest text: several hypotheses grow at once, and the best of those that end wins. Pure: candidates in, rows out.
struct BeamSearch: Sendable {
    struct Hypothesis: Sendable, Equatable {
        var tokens: [ScoredToken] = []
        /// Sum of the logarithms of the probabilities, that of the end included.
        var sum: Float = 0

        /// Mean logarithm of the probability of a token, the end included.
        var mean: Float { sum / Float(tokens.count + 1) }
    }

    /// Maximum number of hypotheses.
    let width: Int
    let end: Token
    private(set) var live: [Hypothesis]
    private(set) var ended: [Hypothesis] = []

    /// - Parameter prefix: tokens that all hypotheses begin with.
    init(width: Int, end: Token, prefix: [ScoredToken] = []) {
        live = [Hypothesis(tokens: prefix, sum: prefix.reduce(0) { $0 + $1.logProbability })]
        self.width = width
        self.end = end
    }

    /// Number of candidates that each live hypothesis needs: one may be the end.
    var candidateCount: Int { width + 1 }
    var isDone: Bool { ended.count >= width || live.isEmpty }

    /// Replaces the live hypotheses by the likeliest that go on from them.
    ///
    /// - Parameter candidates: for each live hypothesis the likeliest tokens, the likeliest first.
    /// - Returns: for each new hypothesis the index of the one that it goes on from.
    mutating func extend(_ candidates: [[ScoredToken]]) -> [Int] {
        var all: [(parent: Int, token: ScoredToken, sum: Float)] = []
        for (parent, tokens) in candidates.enumerated() {
            for token in tokens { all.append((parent, token, live[parent].sum + token.logProbability)) }
        }
        // The order of equals is that of the candidates, so that results are the same on every run.
        let order = all.indices.sorted { (-all[$0].sum, $0) < (-all[$1].sum, $1) }
        var next: [Hypothesis] = [], parents: [Int] = []
        for index in order where next.count < width {
            let (parent, token, sum) = all[index]
            if token.token == end {
                // An end behind `width` better candidates is not taken.
                if ended.count < width { ended.append(Hypothesis(tokens: live[parent].tokens, sum: sum)) }
            } else {
                next.append(Hypothesis(tokens: live[parent].tokens + [token], sum: sum))
                parents.append(parent)
            }
        }
        live = next
        return parents
    }

    /// The best hypothesis: one that ended if there is one.
    var best: Hypothesis { (ended.isEmpty ? live : ended).max { $0.mean < $1.mean } ?? Hypothesis() }

    /// True if a text that goes on is better than all that ended: one of these is the beginning of the text.
    var goesOn: Bool {
        guard let ended = ended.map(\.mean).max() else { return true }
        return live.contains { $0.mean > ended }
    }
}
