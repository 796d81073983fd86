import Foundation
import HarkenTesting
import Speech
import Testing

@testable import LocalEngine

@Suite struct `Whisper's tokens` {
    /// Returns the words of a text whose tokens are its bytes, so many at a time.
    private func words(of text: String, bytes: Int, startingWithBlank: Bool = true) throws -> [DecodedWord] {
        let all = Array(((startingWithBlank ? " " : "") + text).utf8)
        let pieces = stride(from: 0, to: all.count, by: bytes).map { Array(all[$0..<min($0 + bytes, all.count)]) }
        let folder = TemporaryFolder()
        let lines = pieces.enumerated().map { "\(Data($1).base64EncodedString()) \($0)" }.joined(separator: "\n")
        let tokens = try WhisperTokens(path: folder.write(lines.utf8, as: "tokens"))
        return tokens.words(of: pieces.indices.map { ScoredToken(Token(Int32($0)), logProbability: -0.1) })
    }

    private func text(_ words: [DecodedWord]) -> String {
        words.reduce(into: "") { WordSpacing.append($1.text, blank: $1.blankBefore, to: &$0) }
    }

    @Test(arguments: ScriptSample.all, 1...7)
    func `become words that are the text again, with times of their own`(_ sample: ScriptSample, bytes: Int) throws {
        let words = try words(of: sample.text, bytes: bytes)
        #expect(text(words) == sample.text)
        #expect(words.allSatisfy { !$0.text.isEmpty && !$0.text.unicodeScalars.contains("\u{FFFD}") })
        // The words have all tokens, each one once, in order.
        #expect(words.first?.tokens.lowerBound == 0)
        #expect(zip(words, words.dropFirst()).allSatisfy { $0.tokens.upperBound == $1.tokens.lowerBound })
        // No phrase of a script without blanks is one word.
        if sample.language.wordDelimiter.isEmpty, bytes == 1 { #expect(words.count >= sample.text.count / 3) }
    }

    @Test func `are the longest that fit into a text, and bytes without a token are left out`() throws {
        let folder = TemporaryFolder(), texts = ["b", " a", "ab", "abc", "a", ""]
        let lines = texts.enumerated().map { "\(Data($1.utf8).base64EncodedString()) \($0)" }.joined(separator: "\n")
        let tokens = try WhisperTokens(path: folder.write(lines.utf8, as: "tokens"))
        #expect(tokens.longest(of: Array(" abcabxb".utf8), count: 9).map(\.id) == [1, 0, 2, 0])
        #expect(tokens.longest(of: Array("abcabxb".utf8), count: 9).map(\.id) == [3, 2, 0])
        #expect(tokens.longest(of: Array("abcabxb".utf8), count: 2).map(\.id) == [3, 2])
        #expect(tokens.longest(of: [], count: 2).isEmpty)
    }

    @Test(arguments: ["วันนี้ อากาศดี", "今日は Harken です", "东京 iPhone 手机"])
    func `keep the blanks that the model wrote`(sentence: String) throws {
        #expect(text(try words(of: sentence, bytes: 1)) == sentence)
    }

    @Test func `of one character are one word, and marks stay with their words`() throws {
        #expect(try words(of: "明日は、「東京」へ。", bytes: 3, startingWithBlank: false).map(\.text) == ["明", "日", "は、", "「東", "京」", "へ。"])
        #expect(try words(of: "しょっちゅう", bytes: 2, startingWithBlank: false).map(\.text).joined() == "しょっちゅう")
        #expect(try words(of: "Guten Tag", bytes: 1).map(\.text) == ["Guten", "Tag"])
    }
}
