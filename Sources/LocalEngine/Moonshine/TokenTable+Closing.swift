extension TokenTable {
    /// True if the token is punctuation that closes the word before it: it has no letter or digit, and no space in front.
    package func isClosing(_ token: Token) -> Bool {
        let bytes = bytes(of: token)
        guard let first = bytes.first else { return false }
        return !isSpoken(token) && !bytes.starts(with: Self.spaceMark) && !Self.isSpace(first)
    }
}
