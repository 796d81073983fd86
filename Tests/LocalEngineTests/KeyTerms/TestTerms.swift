import Testing

@testable import LocalEngine

/// A small recogniser's table and dictionary, with which key terms are compiled without models.
enum TestTerms {
    /// Every single letter, so that every word has tokens, and some pieces that are joined first.
    static let table: TokenTable? = {
        var file: [UInt8] = []
        let letters = (UInt8(ascii: "!")...UInt8(ascii: "~")).map { [$0] }
        let pieces =
            ["<unk>", "<s>", "</s>"].map { Array($0.utf8) } + letters
            + ["\u{2581}", "\u{2581}t", "th", "\u{2581}th", "he", "\u{2581}the"].map { Array($0.utf8) }
        for piece in pieces { file += [UInt8(piece.count)] + piece }
        return TokenTable(file.span)
    }()

    static let dictionary = Pronunciations(
        Array(
            """
            a AH
            a(2) EY
            b B IY
            c S IY
            call K AO L
            dear D IH R
            hello HH AH L OW
            i AY
            is IH Z
            mortem M AO R T AH M
            narcotic N AA R K AA T IH K
            phone F OW N
            post P OW S T
            postmodern P OW S T M AA D ER N
            the DH AH
            this DH IH S
            trick T R IH K

            """.utf8))

    static func compile(_ terms: [String]) throws -> CompiledTerms {
        CompiledTerms(terms, TextEncoder(try #require(table)), dictionary)
    }

    /// A recognised text, one token a word.
    static func heard(_ text: String, from first: Int = 0) -> HeardText {
        let words = text.split(separator: " ").map(String.init)
        let decoded = Decoded(
            tokens: words.indices.map { ScoredToken(Token(Int32($0) + 10), logProbability: -0.1) },
            words: words.enumerated().map { DecodedWord(text: $1, confidence: 0.9, tokens: $0..<$0 + 1) }, stop: .end)
        return HeardText(decoded, from: first) { dictionary.sound(of: $0) }
    }
}
