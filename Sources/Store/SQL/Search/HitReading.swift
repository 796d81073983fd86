import Conversations
import Speech

/// Reads the parts of the found segments that are shown.
struct HitReading {
    /// Maximum number of words in a snippet.
    private static let snippetWords: Int64 = 24
    // Characters that FTS5 puts around a hit: private characters of Unicode, which no text has.
    private static let open: Character = "\u{F8E8}", close: Character = "\u{F8E9}"

    private let expression: String
    private let said: Set<Int64>

    /// - Parameter said: segments that have the query's words. In other segments nothing is marked, because a common "the" tells nothing.
    init(_ terms: SearchTerms, said: Set<Int64>) {
        self.said = said
        expression = "text : (" + terms.terms.map { SearchTerms.quoted($0.text) }.joined(separator: " OR ") + ")"
    }

    /// Returns the hits, in order, without segments that were deleted or whose conversation was discarded.
    func hits(_ ranked: [RankFusion.Ranked], on connection: borrowing SQLiteConnection) throws(StoreError) -> [SearchHit] {
        var hits: [SearchHit] = []
        for found in ranked {
            let snippet = said.contains(found.segment) ? try snippet(of: found.segment, on: connection) : nil
            try connection.run(
                """
                SELECT c.id, s.id, s.start_at, c.started_at, c.title, iif(?2, s.text, NULL), s.speaker, p.id, s.is_user, w.id, w.is_user, wp.id
                FROM segments s JOIN conversations c ON c.number = s.conversation LEFT JOIN people p ON p.number = s.person
                LEFT JOIN voices v ON v.number = s.voice LEFT JOIN voices w ON w.number = coalesce(v.joined_to, v.number)
                LEFT JOIN people wp ON wp.number = w.person WHERE s.number = ?1 AND c.status <> 'discarded'
                """, [.integer(found.segment), .integer(snippet == nil)]
            ) { (row) throws(StoreError) in
                hits.append(
                    SearchHit(
                        conversation: ID(row.text(0) ?? ""), segment: ID(row.text(1) ?? ""), start: row.duration(2), started: row.time(3),
                        title: row.text(4), snippet: snippet ?? Self.beginning(row.text(5) ?? ""), score: found.score,
                        speaker: row.integer(6).map { SpeakerNumber(Int($0)) },
                        who: ConversationRow.who(
                            person: row.text(7), isUser: row.flag(8), voice: row.text(9), isUsersVoice: row.flag(10), voicesPerson: row.text(11))))
            }
        }
        return hits
    }

    private func snippet(of segment: Int64, on connection: borrowing SQLiteConnection) throws(StoreError) -> Snippet? {
        var snippet: Snippet?
        try connection.run(
            "SELECT snippet(segment_words, 0, ?3, ?4, '…', ?5) FROM segment_words WHERE segment_words MATCH ?1 AND rowid = ?2",
            [.text(expression), .integer(segment), .text(String(Self.open)), .text(String(Self.close)), .integer(Self.snippetWords)]
        ) { (row) throws(StoreError) in snippet = row.text(0).map(Self.parse) }
        return snippet
    }

    static func parse(_ text: String) -> Snippet {
        var pieces: [Snippet.Piece] = [], piece = Snippet.Piece("", isHit: false)
        for character in text {
            guard character == open || character == close else {
                piece.text.append(character)
                continue
            }
            if !piece.text.isEmpty { pieces.append(piece) }
            piece = Snippet.Piece("", isHit: character == open)
        }
        if !piece.text.isEmpty { pieces.append(piece) }
        return Snippet(pieces)
    }

    /// Returns the beginning of a text in which nothing is marked.
    static func beginning(_ text: String) -> Snippet {
        var words = 0
        let end = text.indices.first { index in
            if text[index].isWhitespace || UnspacedScript.contains(text[index]) { words += 1 }
            return words == snippetWords
        }
        return Snippet([Snippet.Piece(end.map { String(text[..<$0]) + "…" } ?? text, isHit: false)])
    }
}
