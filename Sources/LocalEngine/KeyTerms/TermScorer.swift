/// Asks the decoder what a text loses when a term takes the place of heard words.
struct TermScorer {
    let model: MoonshineModel
    /// The decoder's state after the whole text.
    let state: MoonshineModel.State
    let scores: KeptScores
    let look: KeyTermLook
    var rule = LookRule()
    /// Log-probabilities of the heard text at the places, forced as the terms are: single steps give others than calls with many tokens.
    private var heardTotals: [Range<Int>: Float] = [:]

    init(model: MoonshineModel, state: MoonshineModel.State, scores: KeptScores, look: KeyTermLook) {
        self.model = model
        self.state = state
        self.scores = scores
        self.look = look
    }

    /// Returns the terms to put into `decoded`, in order; nil when `mayContinue` returned false.
    mutating func changes(to decoded: Decoded, _ mayContinue: () -> Bool) throws(InferenceError) -> [TermChange]? {
        let terms = look.terms
        let text = HeardText(decoded, from: look.first) { terms.sound(of: $0) }
        let places = try TermSearch(terms: terms, rule: rule).places(in: text) { place throws(InferenceError) in try gap(at: place, text) }
        var tried: [TermChange] = []
        for place in places {
            if place.isSameLetters {
                if let change = written(place, text, decoded) { tried.append(change) }
                continue
            }
            guard mayContinue() else { return nil }
            if let change = try change(at: place, text) { tried.append(change) }
        }
        return rule.accepted(tried, ofTerms: terms.terms.count)
    }

    /// Returns the tokens of a text in the place of heard words, with the punctuation around these.
    private func encode(_ written: String, _ edges: (opening: String, closing: String)) -> [Token]? {
        look.terms.encode(edges.opening + written + edges.closing)
    }

    /// Returns the gain at the first token that differs, for the likeliest way to write the term.
    private func gap(at place: TermPlace, _ text: HeardText) throws(InferenceError) -> Float {
        let opening = WordForm.edges(text.text(place.words)).opening
        var best = -Float.infinity
        for way in look.terms.terms[place.term].ways { best = max(best, try gap(way, opening, at: place, text)) }
        return best
    }

    private func gap(_ way: CompiledTerms.Way, _ opening: String, at place: TermPlace, _ text: HeardText) throws(InferenceError) -> Float {
        guard let tokens = opening.isEmpty ? way.tokens : look.terms.encode(opening + way.text) else { return -.infinity }
        return try gap(tokens, at: place, text)
    }

    private func gap(_ way: [Token], at place: TermPlace, _ text: HeardText) throws(InferenceError) -> Float {
        for (offset, token) in way.enumerated() {
            let index = place.tokens.lowerBound + offset
            guard index >= place.tokens.upperBound || text.tokens[index] != token else { continue }
            let instead = index < text.tokens.count ? text.tokens[index] : .end
            return try scores.at(index) { $0[Int(token.id)] - $0[Int(instead.id)] }
        }
        return 0
    }

    /// Scores a term with the text behind it, less the heard text; nil when the table has no tokens for the term there.
    private mutating func change(at place: TermPlace, _ text: HeardText) throws(InferenceError) -> TermChange? {
        let first = place.tokens.lowerBound, end = place.tokens.upperBound
        let tail = Array(text.tokens[end...].prefix(rule.tail)), isWhole = end + rule.tail >= text.tokens.count
        let before = try model.cut(state, to: first + 1)
        if heardTotals[place.tokens] == nil {
            heardTotals[place.tokens] = try forced(text.tokens[place.tokens] + tail, at: first, before, isWhole).total
        }
        guard let heardTotal = heardTotals[place.tokens] else { return nil }
        let term = look.terms.terms[place.term], edges = WordForm.edges(text.text(place.words))
        var best: (way: CompiledTerms.Way, gain: Float, tokens: [ScoredToken])?
        for way in term.ways where try gap(way, edges.opening, at: place, text) >= -rule.maxGap {
            guard let tokens = encode(way.text, edges) else { continue }
            let forced = try forced(tokens + tail, at: first, before, isWhole)
            let gain = forced.total - heardTotal
            if gain > best?.gain ?? -.infinity { best = (way, gain, Array(forced.tokens.prefix(tokens.count))) }
        }
        guard var best else { return nil }
        // A term with capitals is written as the user wrote it, whatever way is likeliest.
        if best.way.text != term.text, term.text.contains(where: \.isUppercase), let tokens = encode(term.text, edges) {
            best.tokens = Self.scored(tokens, like: best.tokens)
        }
        return TermChange(place: place, gain: best.gain, tokens: best.tokens)
    }

    /// Returns the change to a term that has the letters of what was heard. The decoder is not asked.
    private func written(_ place: TermPlace, _ text: HeardText, _ decoded: Decoded) -> TermChange? {
        let term = look.terms.terms[place.term].text, heard = text.text(place.words), edges = WordForm.edges(heard)
        let isCapital = heard.dropFirst(edges.opening.count).first?.isUppercase ?? false
        let written = isCapital && !term.contains(where: \.isUppercase) ? term.prefix(1).uppercased() + term.dropFirst() : term
        guard let tokens = encode(written, edges) else { return nil }
        return TermChange(place: place, gain: 0, tokens: Self.scored(tokens, like: Array(decoded.tokens[place.tokens])))
    }

    /// Gives tokens the mean score of others that mean the same.
    private static func scored(_ tokens: [Token], like others: [ScoredToken]) -> [ScoredToken] {
        let mean = others.reduce(0) { $0 + $1.logProbability } / Float(max(1, others.count))
        return tokens.map { ScoredToken($0, logProbability: mean) }
    }

    /// Returns the scores of tokens that are forced after the first `index` tokens, and their sum, with that of the end behind them if `isWhole`.
    private func forced(
        _ tokens: [Token], at index: Int, _ before: MoonshineModel.State, _ isWhole: Bool
    ) throws(InferenceError) -> (tokens: [ScoredToken], total: Float) {
        var state = before
        try model.advance(&state, by: tokens)
        let scored = try scores.scores(of: tokens, at: index, state.logits)
        return (scored.tokens, scored.tokens.reduce(isWhole ? scored.end : 0) { $0 + $1.logProbability })
    }
}
