extension TokenTable {
    /// Whether a token is punctuation that closes the word before it: without letter or digit, and no space comes before it.
    package func isClosing(_ token: Token) -> Bool {
        let bytes = bytes(of: token)
        guard let first = bytes.first else { return false }
        return !isSpoken(token) && !bytes.starts(with: Self.spaceMark) && !Self.isSpace(first)
    }

    /// The tokens of successive segments as text that the decoder can go on from: any other punctuation than a writer's leads it astray.
    ///
    /// Nothing closes at the beginning: what it closed is not there. At the end it was a guess at the end of the audio: left in, a full stop has the
    /// model begin a new sentence whatever is said. Where segments meet, what the later one began with was chosen knowing how it went on, and
    /// replaces what the earlier one ended with.
    package func context(of tokens: [Token]) -> [Token] {
        let known = Array(tokens.drop(while: isClosing).reversed().drop { !isSpoken($0) }.reversed())
        return zip(known, known.dropFirst()).filter { !isClosing($0) || !isClosing($1) }.map(\.0) + known.suffix(1)
    }
}
