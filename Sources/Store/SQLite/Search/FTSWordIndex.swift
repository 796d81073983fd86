package import Conversations
package import Speech

/// The index of words in FTS5. Triggers keep it up to date.
package struct FTSWordIndex: WordIndex {
    private let speakerSearch: SpeakerWordSearch

    /// - Parameter speakerSearch: search for the words of one speaker.
    package init(speakerSearch: SpeakerWordSearch = SpeakerWordSearch()) { self.speakerSearch = speakerSearch }

    package func add(_ text: String, of segment: Int64, on connection: borrowing SQLConnection) throws(StoreError) {}

    package func update(_ segments: [ID<Segment>], of conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) {}

    package func count(
        _ term: String, in rows: ClosedRange<Int64>, most: Int, on connection: borrowing SQLConnection
    ) throws(StoreError) -> (count: Int, oldest: Int64, newest: Int64) {
        var found = (count: 0, oldest: rows.lowerBound, newest: rows.lowerBound)
        try connection.run(
            """
            SELECT count(*), max(number), min(number) FROM (
                SELECT rowid AS number FROM segment_words WHERE segment_words MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?)
            """,
            [.text("text : " + SearchTerms.quoted(term)), .integer(rows.lowerBound), .integer(rows.upperBound), .integer(most)]
        ) { (row) throws(StoreError) in
            found = (Int(row.integer(0) ?? 0), row.integer(2) ?? rows.lowerBound, row.integer(1) ?? rows.lowerBound)
        }
        return found
    }

    package func select(_ selection: WordSelection, on connection: borrowing SQLConnection) throws(StoreError) -> [(number: Int64, score: Double)] {
        var parts = selection.all.map(SearchTerms.quoted)
        if !selection.any.isEmpty { parts.append("(" + selection.any.map(SearchTerms.quoted).joined(separator: " OR ") + ")") }
        let expression = "text : (" + parts.joined(separator: " AND ") + ")"
        if let marks = selection.marks { return try speakerSearch.rows(with: expression, of: marks, selection, on: connection) }
        var rows: [(number: Int64, score: Double)] = []
        try connection.run(
            """
            SELECT rowid, word_score(segment_words, ?2) FROM segment_words
            WHERE segment_words MATCH ?1 AND rowid BETWEEN ?3 AND ?4
            AND (?6 IS NULL OR (SELECT s.conversation FROM segments s WHERE s.number = segment_words.rowid) IN (SELECT value FROM json_each(?6)))
            ORDER BY rowid DESC LIMIT ?5
            """,
            [
                .text(expression), .blob(WordScore.weights(selection.weights)), .integer(selection.rows.lowerBound),
                .integer(selection.rows.upperBound), .integer(selection.most), .numbers(orNull: selection.conversations),
            ]
        ) { (row) throws(StoreError) in rows.append((row.integer(0) ?? 0, row.real(1) ?? 0)) }
        return rows
    }

    package func snippet(
        of segment: Int64, _ text: String, marking terms: [String], on connection: borrowing SQLConnection
    ) throws(StoreError) -> Snippet? {
        let expression = "text : (" + terms.map(SearchTerms.quoted).joined(separator: " OR ") + ")"
        var snippet: Snippet?
        try connection.run(
            "SELECT snippet(segment_words, 0, ?3, ?4, '…', ?5) FROM segment_words WHERE segment_words MATCH ?1 AND rowid = ?2",
            [
                .text(expression), .integer(segment), .text(String(Snippet.open)), .text(String(Snippet.close)), .integer(Snippet.maxWords),
            ]
        ) { (row) throws(StoreError) in snippet = row.text(0).map { Snippet(marked: $0, of: text) } }
        return snippet
    }
}
