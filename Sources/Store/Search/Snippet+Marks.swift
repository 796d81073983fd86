internal import Speech

extension Snippet {
    /// Maximum number of words in a snippet.
    static let maxWords = 24
    // Characters that an index puts around a hit: private characters of Unicode, which no text has.
    static let open: Character = "\u{F8E8}", close: Character = "\u{F8E9}"

    /// Reads a text in which hits are between `open` and `close`.
    init(marked text: String) {
        var pieces: [Piece] = [], piece = Piece("", isHit: false)
        for character in text {
            guard character == Self.open || character == Self.close else {
                piece.text.append(character)
                continue
            }
            if !piece.text.isEmpty { pieces.append(piece) }
            piece = Piece("", isHit: character == Self.open)
        }
        if !piece.text.isEmpty { pieces.append(piece) }
        self.init(pieces)
    }

    /// Takes the beginning of a text in which nothing is marked.
    init(beginningOf text: String) {
        var words = 0
        let end = text.indices.first { index in
            if text[index].isWhitespace || UnspacedScript.contains(text[index]) { words += 1 }
            return words == Self.maxWords
        }
        self.init([Piece(end.map { String(text[..<$0]) + "…" } ?? text, isHit: false)])
    }
}
