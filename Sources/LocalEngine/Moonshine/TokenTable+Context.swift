package import Speech

extension TokenTable {
    /// True if the token is punctuation that closes the word before it: it has no letter or digit, and no space in front.
    package func isClosing(_ token: Token) -> Bool {
        let bytes = bytes(of: token)
        guard let first = bytes.first else { return false }
        return !isSpoken(token) && !bytes.starts(with: Self.spaceMark) && !Self.isSpace(first)
    }

    /// Returns the mark that a closing token stands for; `.none` for every other token.
    package func mark(_ token: Token) -> LateMarks.Mark {
        switch String(decoding: bytes(of: token), as: UTF8.self) {
        case ".": .stop
        case "!": .exclamation
        case "?": .question
        case ",", ";", ":": .comma
        default: .none
        }
    }

    /// Returns the tokens of successive segments as text that the decoder can continue. The punctuation must be as a writer would set it: otherwise
    /// the decoder errs.
    ///
    /// Closing punctuation at the beginning is dropped, because the word that it closes is missing. Punctuation at the end is dropped, because it was
    /// a guess at the end of the audio: after a full stop the model would always begin a new sentence. Where two segments meet, the later segment's
    /// punctuation replaces the earlier one's, because the later choice knew how the text goes on.
    package func context(of tokens: [Token]) -> [Token] {
        let known = Array(tokens.drop(while: isClosing).reversed().drop { !isSpoken($0) }.reversed())
        return zip(known, known.dropFirst()).filter { !isClosing($0) || !isClosing($1) }.map(\.0) + known.suffix(1)
    }
}
