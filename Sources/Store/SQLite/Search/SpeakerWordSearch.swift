/// Search in FTS5 for the words of one speaker. The index of words does not know who speaks, so that a change of speaker writes no words.
///
/// Two ways lead to the rows. *By the words*: the speaker of each row that has the words is looked up, which is fast for rare words and for a speaker
/// who speaks much. *By the speaker*: the index is asked for the words in the speaker's own segments, which is fast for frequent words of a speaker
/// who speaks little. The search begins with the first way, and takes the second one for the rest if the first one would look up too many rows.
package struct SpeakerWordSearch: Sendable {
    /// Number of rows with the words whose speakers are looked up before the ways are compared.
    private let firstRows: Int
    /// Maximum number of further rows with the words whose speakers are looked up: this takes about 10 ms.
    private let maxRows: Int
    /// Maximum number of segments with which the index is asked once.
    private let maxSegments: Int
    /// Number of rows with the words that the index passes over in the time of one question.
    private static let rowsOfQuestion = 400.0

    package init(firstRows: Int = 1_000, maxRows: Int = 10_000, maxSegments: Int = 1_024) {
        self.firstRows = max(1, firstRows)
        self.maxRows = max(1, maxRows)
        self.maxSegments = max(1, maxSegments)
    }

    /// A search under way.
    private struct Progress {
        var found: [(number: Int64, score: Double)] = []
        /// Row numbers that are not searched yet; nil: all are searched.
        var left: ClosedRange<Int64>?
        /// Number of rows with the words that were looked at.
        var read = 0
        /// Newest row with the words.
        var newest: Int64?

        /// Share of the rows that have the words, of those that are searched.
        func density(beyond left: ClosedRange<Int64>) -> Double { Double(read) / Double(max(1, (newest ?? left.upperBound) - left.upperBound)) }

        /// Approximate number of rows with the words that must be looked at to find the rest.
        func rowsToRead(in left: ClosedRange<Int64>, most: Int) -> Double {
            let all = density(beyond: left) * Double(left.upperBound - left.lowerBound + 1)
            return found.isEmpty ? all : min(all, Double(most - found.count) * Double(read) / Double(found.count))
        }
    }

    /// Returns the newest rows that a selection selects, with their scores.
    ///
    /// - Parameters:
    ///   - expression: the terms of the selection in the query language of FTS5.
    ///   - marks: the speaker's marks.
    func rows(
        with expression: String, of marks: [String], _ selection: WordSelection, on connection: borrowing SQLConnection
    ) throws(StoreError) -> [(number: Int64, score: Double)] {
        let marks = SQLValue.text(SegmentCoding.list(marks))
        var progress = Progress(left: selection.rows), step = firstRows
        while let left = progress.left, progress.found.count < selection.most {
            try readByWords(expression, marks, selection, in: left, count: step, &progress, on: connection)
            guard let left = progress.left, progress.found.count < selection.most else { break }
            let rows = progress.rowsToRead(in: left, most: selection.most)
            guard rows <= Double(maxRows) else {
                let gap = Int64(Self.rowsOfQuestion / progress.density(beyond: left))
                try readBySpeaker(expression, marks, selection, in: left, gap: gap, &progress, on: connection)
                break
            }
            step = max(firstRows, Int(rows))
        }
        return progress.found
    }

    /// Looks up the speakers of the newest rows that have the words.
    private func readByWords(
        _ expression: String, _ marks: SQLValue, _ selection: WordSelection, in rows: ClosedRange<Int64>, count: Int, _ progress: inout Progress,
        on connection: borrowing SQLConnection
    ) throws(StoreError) {
        var read = 0, oldest = rows.lowerBound
        try connection.run(
            """
            SELECT rowid, CASE WHEN (SELECT s.mark FROM segments s WHERE s.number = segment_words.rowid) IN (SELECT value FROM json_each(?6))
            THEN word_score(segment_words, ?2) END FROM segment_words
            WHERE segment_words MATCH ?1 AND rowid BETWEEN ?3 AND ?4
            AND (?7 IS NULL OR (SELECT s.conversation FROM segments s WHERE s.number = segment_words.rowid) = ?7)
            ORDER BY rowid DESC LIMIT ?5
            """,
            [
                .text(expression), .blob(WordScore.weights(selection.weights)), .integer(rows.lowerBound), .integer(rows.upperBound),
                .integer(count), marks, .integer(selection.conversation),
            ]
        ) { (row) throws(StoreError) in
            guard let number = row.integer(0) else { return }
            read += 1
            oldest = number
            progress.newest = progress.newest ?? number
            if let score = row.real(1), progress.found.count < selection.most { progress.found.append((number, score)) }
        }
        progress.read += read
        progress.left = read == count && oldest > rows.lowerBound ? rows.lowerBound...(oldest - 1) : nil
    }

    /// Asks the index for the words in the speaker's segments, the newest first.
    ///
    /// - Parameter gap: maximum difference of the numbers of two segments with which the index is asked at once.
    private func readBySpeaker(
        _ expression: String, _ marks: SQLValue, _ selection: WordSelection, in rows: ClosedRange<Int64>, gap: Int64, _ progress: inout Progress,
        on connection: borrowing SQLConnection
    ) throws(StoreError) {
        var spoken: [Int64] = []
        try connection.run(
            """
            SELECT number FROM segments INDEXED BY segments_of_speakers
            WHERE mark IN (SELECT value FROM json_each(?1)) AND number BETWEEN ?2 AND ?3 AND (?4 IS NULL OR conversation = ?4)
            """, [marks, .integer(rows.lowerBound), .integer(rows.upperBound), .integer(selection.conversation)]
        ) { (row) throws(StoreError) in if let number = row.integer(0) { spoken.append(number) } }
        spoken.sort(by: >)
        var left = spoken[...]
        while let newest = left.first, progress.found.count < selection.most {
            var oldest = newest
            let part = left.prefix(maxSegments).prefix { number in
                defer { oldest = number }
                return oldest - number <= gap
            }
            left = left.dropFirst(part.count)
            try connection.run(
                """
                SELECT rowid, word_score(segment_words, ?2) FROM segment_words
                WHERE segment_words MATCH ?1 AND rowid BETWEEN ?3 AND ?4 AND +rowid IN (SELECT value FROM json_each(?6))
                ORDER BY rowid DESC LIMIT ?5
                """,
                [
                    .text(expression), .blob(WordScore.weights(selection.weights)), .integer(part.last), .integer(newest),
                    .integer(selection.most - progress.found.count), .numbers(part),
                ]
            ) { (row) throws(StoreError) in progress.found.append((row.integer(0) ?? 0, row.real(1) ?? 0)) }
        }
    }
}
