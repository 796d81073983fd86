import LocalEngine
import Speech
import Testing

@Suite struct `The words of a reading` {
    private func decoded(_ ids: [Int32]) throws -> Decoded {
        let pieces = ["<unk>", "<s>", "</s>", "\u{2581}iron", "\u{2581}and", ".", "\u{2581}", "\u{2581}\""]
        let file: [UInt8] = pieces.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        let table = TokenTable(file.span), tokens = ids.map { ScoredToken(Token($0), logProbability: -0.1) }
        return Decoded(tokens: tokens, words: try #require(table).words(of: tokens), stop: .end)
    }

    @Test(
        arguments: [
            ([], []), ([3], [[3]]), ([3, 4, 5], [[3], [4, 5]]), ([3, 6, 4, 5], [[3], [6, 4, 5]]), ([7, 3, 4], [[7], [3], [4]]),
        ] as [([Int32], [[Int32]])])
    func `have all tokens of their reading`(ids: [Int32], expected: [[Int32]]) throws {
        let decoded = try decoded(ids)
        let words = LiveWord.words(decoded.words, of: decoded, in: .english)
        #expect(words.map(\.text) == decoded.words.map(\.text))
        #expect(words.map { $0.tokens.map(\.id) } == expected)
        #expect(words.allSatisfy { $0.language == .english })
    }

    @Test func `have no tokens where they are of a further try`() throws {
        let words = LiveWord.words(try decoded([3, 4]).words, of: try decoded([]))
        #expect(words.map(\.text) == ["iron", "and"])
        #expect(words.allSatisfy { $0.tokens.isEmpty })
    }

    @Test(arguments: [([3, 4, 5], 3), ([3, 4], 2), ([3, 4, 5, 3], 3), ([4, 5], 0), ([3, 3, 5], 1), ([], 0)] as [([Int32], Int)])
    func `tell which tokens of a draft were right`(draft: [Int32], right: Int) throws {
        let decoded = try decoded([3, 4, 5]), audio = SampleRange(.zero, count: SampleCount(16_000))
        let question = LiveQuestion.words(in: audio, draft: draft.map { Token($0) })
        #expect(question.rightTokens(in: .words(LiveWord.words(decoded.words, of: decoded))) == right)
        #expect(LiveQuestion.completeness(audio).rightTokens(in: .completeness(1)) == 0)
    }
}
