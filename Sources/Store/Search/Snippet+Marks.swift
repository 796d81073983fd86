internal import Speech

extension Snippet {
    /// Maximum number of words in a snippet.
    static let maxWords = 24
    // Characters that an index puts around a hit: private characters of Unicode, which no text has.
    static let open: Unicode.Scalar = "\u{F8E8}", close: Unicode.Scalar = "\u{F8E9}"

    /// Reads an excerpt of a text in which hits are between `open` and `close`.
    ///
    /// Indexes count scalars in scripts without blanks, so an excerpt or a hit may end within a letter. Here a letter stays whole with its marks.
    init(marked excerpt: String, of text: String) {
        var shown: [Unicode.Scalar] = [], hits: [Bool] = [], isHit = false
        for scalar in excerpt.unicodeScalars {
            switch scalar {
            case Self.open: isHit = true
            case Self.close: isHit = false
            case _:
                shown.append(scalar)
                hits.append(isHit)
            }
        }
        let all = Array(text.unicodeScalars)
        let isCutBefore = shown.first == Self.ellipsis && all.first != Self.ellipsis
        let isCutBehind = shown.last == Self.ellipsis && all.last != Self.ellipsis && shown.count > 1
        let body = shown.dropFirst(isCutBefore ? 1 : 0).dropLast(isCutBehind ? 1 : 0)
        let found = all.indices.first { all[$0...].starts(with: body) }
        // A text with private characters of its own is not found.
        let start = found ?? 0, source = found == nil ? String(String.UnicodeScalarView(body)) : text
        var pieces: [Piece] = isCutBefore ? [Piece("…", isHit: false)] : []
        var position = 0
        for character in source {
            let end = position + character.unicodeScalars.count
            defer { position = end }
            guard end > start, position < start + body.count else { continue }
            let inside = max(position, start)..<min(end, start + body.count)
            let isHit = inside.contains { hits[body.startIndex + $0 - start] }
            if pieces.isEmpty || pieces[pieces.count - 1].isHit != isHit { pieces.append(Piece("", isHit: isHit)) }
            pieces[pieces.count - 1].text.append(character)
        }
        if isCutBehind {
            if pieces.last?.isHit != false { pieces.append(Piece("", isHit: false)) }
            pieces[pieces.count - 1].text += "…"
        }
        self.init(pieces)
    }

    private static let ellipsis: Unicode.Scalar = "…"
    /// Number of words that are shown before a mark.
    private static let wordsBefore = 6

    /// Takes the part of a text around some of its words, which are marked.
    ///
    /// - Parameter places: places of the words, at least one.
    init(of text: String, _ words: TextWords, marking places: Range<Int>) {
        let first = max(0, places.lowerBound - Self.wordsBefore), last = min(words.ranges.count, max(places.upperBound, first + Self.maxWords)) - 1
        let start = first == 0 ? text.startIndex : words.ranges[first].lowerBound
        let end = last == words.ranges.count - 1 ? text.endIndex : words.ranges[last].upperBound
        let hit = words.ranges[places.lowerBound].lowerBound..<words.ranges[places.upperBound - 1].upperBound
        let pieces = [
            Piece((first == 0 ? "" : "…") + text[start..<hit.lowerBound], isHit: false), Piece(String(text[hit]), isHit: true),
            Piece(text[hit.upperBound..<end] + (end == text.endIndex ? "" : "…"), isHit: false),
        ]
        self.init(pieces.filter { !$0.text.isEmpty })
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
