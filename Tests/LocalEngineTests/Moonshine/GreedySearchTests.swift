import LocalEngine
import Testing

/// A decoder that says a text. Behind other tokens than those of the text it says others, so that a token that should have been forgotten shows.
private struct ScriptedDecoder: DecoderSteps {
    let text: [Int32]
    /// The tokens behind the begin token.
    private(set) var taken: [Token]
    /// Number of tokens that went into the latest call, the begin token included.
    private var rows: Int
    /// Number of calls so far.
    private(set) var calls = 1

    init(_ text: [Int32], first: [Token]) {
        self.text = text
        taken = Array(first.dropFirst())
        rows = first.count
    }

    /// Returns the tokens behind which a row has the scores.
    private func history(of row: Int) -> ArraySlice<Token> { taken[..<(taken.count + 1 - rows + row)] }

    private static func hash(_ tokens: ArraySlice<Token>) -> Int32 { tokens.reduce(7) { ($0 &* 31 &+ $1.id) & 0xffff } }

    func best(at row: Int) -> ScoredToken {
        let before = history(of: row)
        let isOnText = before.map(\.id) == Array(text.prefix(before.count))
        let id = isOnText ? (before.count < text.count ? text[before.count] : 2) : 1_000 + Self.hash(before) % 50
        return score(of: Token(id), at: row)
    }

    func score(of token: Token, at row: Int) -> ScoredToken {
        ScoredToken(token, logProbability: -Float((Self.hash(history(of: row)) &+ token.id) % 1_000) / 1_000)
    }

    /// The scores of the latest call stay; only `advance` may follow.
    mutating func cut(to count: Int) { taken = Array(taken.prefix(count - 1)) }

    mutating func advance(by token: Token) {
        taken.append(token)
        rows = 1
        calls += 1
    }
}

@Suite struct `Greedy search` {
    private static let text: [Int32] = [10, 11, 12, 13, 10, 11, 14, 15, 16, 17, 18, 19]
    /// Texts that come to their end, repeat themselves, are too long, and are empty.
    private static let texts: [[Int32]] = [text, [10, 11] + Array(repeating: 12, count: 20), Array(100...160), [], [10]]
    private static let budget = 40

    private func search(
        _ text: [Int32], known: [Int32] = [], draft: [Int32] = [], mayContinue: () -> Bool = { true }
    ) throws -> (found: GreedySearch.Found, decoder: ScriptedDecoder) {
        let search = GreedySearch(known: known.map { Token($0) }, draft: draft.map { Token($0) }, budget: Self.budget)
        var decoder = ScriptedDecoder(text, first: search.first)
        return (try search.run(&decoder, mayContinue: mayContinue), decoder)
    }

    /// Right drafts of every length, with a wrong, a missing and a doubled token at each place, with more behind the end, and others.
    private static func drafts(of text: [Int32]) -> [[Int32]] {
        var drafts: [[Int32]] = [[], text + [20], text + text, Array(500...520), Array(repeating: 10, count: 200)]
        for place in 0...text.count {
            let before = Array(text[..<place]), wrong = before + [99], behind = Array(text[place...]), rest = Array(behind.dropFirst())
            drafts += [before, wrong, before + rest, wrong + behind, wrong + rest]
            if let last = before.last { drafts.append(before + [last] + behind) }
        }
        return drafts
    }

    @Test(arguments: texts)
    func `finds the same with any draft, in at most as many calls`(text: [Int32]) throws {
        for count in [0, 1, 3] where count <= text.count {
            let known = Array(text.prefix(count)), plain = try search(text, known: known)
            for draft in Self.drafts(of: Array(text.dropFirst(count))) {
                let drafted = try search(text, known: known, draft: draft)
                #expect(drafted.found == plain.found, "draft \(draft) behind \(known)")
                #expect(drafted.decoder.calls <= plain.decoder.calls, "draft \(draft) behind \(known)")
                if plain.found.stop == .end { #expect(drafted.decoder.taken == plain.decoder.taken, "draft \(draft) behind \(known)") }
            }
        }
    }

    @Test(arguments: 0...text.count as ClosedRange<Int>, [false, true])
    func `saves a call for each right token`(count: Int, isWrongBehind: Bool) throws {
        let drafted = try search(Self.text, draft: Array(Self.text.prefix(count)) + (isWrongBehind ? [99, 98] : []))
        #expect(drafted.found.tokens.map(\.token.id) == Self.text)
        #expect(drafted.found.stop == .end)
        #expect(drafted.decoder.calls == 1 + Self.text.count - count)
    }

    @Test func `ends each text for its reason`() throws {
        let stops = try Self.texts.map { try search($0, draft: Array($0.prefix(30))).found.stop }
        #expect(stops == [.end, .repetition, .budget, .end, .end])
    }

    @Test(arguments: [0, 4, 12])
    func `asks before every further call whether it may go on`(count: Int) throws {
        var asked = 0
        let all = try search(Self.text, draft: Array(Self.text.prefix(count))) {
            asked += 1
            return true
        }
        #expect(asked == all.decoder.calls - 1)
        let stopped = try search(Self.text, draft: Array(Self.text.prefix(count)), mayContinue: { false })
        #expect(stopped.decoder.calls == 1)
        #expect(stopped.found.stop == (count == 12 ? Decoded.Stop.end : .cancelled))
        #expect(stopped.found.tokens.count == min(count + 1, 12))
    }
}
