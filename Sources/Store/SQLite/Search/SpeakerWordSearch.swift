/// Search in FTS5 for the words of one speaker. The index of words does not know who speaks, so that a change of speaker writes no words.
///
/// Two ways lead to the rows. *By the words*: the speaker of each row that has the words is looked up, which is fast for rare words and for a speaker
/// who speaks much. *By the speaker*: the index is asked for the words in the speaker's own segments, which is fast for frequent words of a speaker
/// who speaks little. The search begins with the first way, and goes on with the one that promises to be faster.
package struct SpeakerWordSearch: Sendable {
    /// Number of rows that the search looks up by the words before the two ways are compared.
    private let firstRows: Int
    /// Number of the speaker's segments for each row with the words beyond which the search by the words is faster.
    private static let maxSegmentsOfRow = 3.0
    /// Maximum number of segments in one question to the index.
    private static let maxSegmentsOfQuestion = 4_096
    /// Number of rows with the words that the index passes over in the time of one question.
    private static let rowsOfQuestion = 2_000.0

    package init(firstRows: Int = 1_000) { self.firstRows = max(1, firstRows) }

    /// Returns the newest rows that a selection selects, with their scores.
    ///
    /// - Parameters:
    ///   - expression: the terms of the selection in the query language of FTS5.
    ///   - marks: the speaker's marks.
    func rows(
        with expression: String, of marks: [String], _ selection: WordSelection, on connection: borrowing SQLConnection
    ) throws(StoreError) -> [(number: Int64, score: Double)] {
        var search = Progress(
            expression: .text(expression), weights: .blob(WordScore.weights(selection.weights)), marks: .text(SegmentCoding.list(marks)),
            conversations: .numbers(orNull: selection.conversations), most: selection.most, left: selection.rows)
        var count = firstRows
        while search.isUnfinished {
            try search.readByWords(count, on: connection)
            guard search.isUnfinished, let estimate = search.estimate else { break }
            if estimate.rows > Double(firstRows), estimate.share / estimate.density <= Self.maxSegmentsOfRow {
                try Self.readBySpeaker(&search, estimate, on: connection)
            } else {
                count = Int(min(max(estimate.rows, Double(firstRows)), 10 * Double(firstRows)))
            }
        }
        return search.found
    }

    /// Asks the index for the words in the speaker's segments until the search is finished. The rows are searched in slices, the newest first, so that
    /// only as many segments are read as are likely to be needed.
    private static func readBySpeaker(
        _ search: inout Progress, _ estimate: Progress.Estimate, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        let gap = Int64(rowsOfQuestion / estimate.density)
        var length = Int64(min(1.25 * estimate.rows / estimate.density, Double(UInt32.max)))
        while let left = search.left, search.isUnfinished {
            let first = max(left.lowerBound, left.upperBound - length)
            var spoken = try search.spoken(in: first...left.upperBound, on: connection)[...]
            while !spoken.isEmpty, search.isUnfinished {
                let question = spoken.prefix(maxSegmentsOfQuestion).near(gap)
                spoken = spoken.dropFirst(question.count)
                try search.read(question, on: connection)
            }
            search.left = first > left.lowerBound ? left.lowerBound...(first - 1) : nil
            length *= 2
        }
    }
}

/// A search for the words of one speaker that is under way.
private struct Progress {
    let expression: SQLValue
    let weights: SQLValue
    /// The speaker's marks.
    let marks: SQLValue
    /// Row numbers of the conversations that count; NULL for all conversations.
    let conversations: SQLValue
    /// Maximum number of rows.
    let most: Int
    /// Row numbers that are not searched yet; nil when all are searched.
    var left: ClosedRange<Int64>?
    /// Rows with the words that the speaker says, the newest first.
    var found: [(number: Int64, score: Double)] = []
    /// Number of rows with the words that were read by the words.
    private var read = 0
    /// Newest row with the words.
    private var newest: Int64?

    init(expression: SQLValue, weights: SQLValue, marks: SQLValue, conversations: SQLValue, most: Int, left: ClosedRange<Int64>) {
        (self.expression, self.weights, self.marks, self.conversations) = (expression, weights, marks, conversations)
        self.most = most
        self.left = left
    }

    var isUnfinished: Bool { left != nil && found.count < most }

    struct Estimate {
        /// Share of rows that have the words.
        var density: Double
        /// Share of the rows with the words that the speaker says.
        var share: Double
        /// Number of rows with the words that are still to be passed.
        var rows: Double
    }

    /// Estimate by the rows that were read; nil when all rows are searched.
    var estimate: Estimate? {
        guard let left, let newest, read > 0 else { return nil }
        let density = Double(read) / Double(max(1, newest - left.upperBound)), share = Double(max(1, found.count)) / Double(read)
        let all = density * (Double(left.upperBound) - Double(left.lowerBound) + 1)
        return Estimate(density: density, share: share, rows: min(all, Double(most - found.count) / share))
    }

    /// Looks up the speakers of the newest rows that have the words.
    mutating func readByWords(_ count: Int, on connection: borrowing SQLConnection) throws(StoreError) {
        guard let rows = left else { return }
        var numbers: [Int64] = [], spoken: [(number: Int64, score: Double)] = []
        try connection.run(
            """
            SELECT rowid, CASE WHEN (SELECT s.mark FROM segments s WHERE s.number = segment_words.rowid) IN (SELECT value FROM json_each(?6))
            THEN word_score(segment_words, ?2) END FROM segment_words
            WHERE segment_words MATCH ?1 AND rowid BETWEEN ?3 AND ?4
            AND (?7 IS NULL OR (SELECT s.conversation FROM segments s WHERE s.number = segment_words.rowid) IN (SELECT value FROM json_each(?7)))
            ORDER BY rowid DESC LIMIT ?5
            """,
            [expression, weights, .integer(rows.lowerBound), .integer(rows.upperBound), .integer(count), marks, conversations]
        ) { (row) throws(StoreError) in
            guard let number = row.integer(0) else { return }
            numbers.append(number)
            if let score = row.real(1) { spoken.append((number, score)) }
        }
        found += spoken.prefix(most - found.count)
        read += numbers.count
        newest = newest ?? numbers.first
        left = nil
        if numbers.count == count, let oldest = numbers.last, oldest > rows.lowerBound { left = rows.lowerBound...(oldest - 1) }
    }

    /// Returns the numbers of the speaker's segments, the newest first.
    func spoken(in rows: ClosedRange<Int64>, on connection: borrowing SQLConnection) throws(StoreError) -> [Int64] {
        var numbers: [Int64] = []
        try connection.run(
            """
            SELECT number FROM segments INDEXED BY segments_of_speakers
            WHERE mark IN (SELECT value FROM json_each(?1)) AND number BETWEEN ?2 AND ?3 AND (?4 IS NULL OR conversation IN (SELECT value FROM json_each(?4)))
            """, [marks, .integer(rows.lowerBound), .integer(rows.upperBound), conversations]
        ) { (row) throws(StoreError) in if let number = row.integer(0) { numbers.append(number) } }
        return numbers.sorted(by: >)
    }

    /// Asks the index for the words in some segments.
    ///
    /// - Parameter segments: the segments' numbers, the newest first.
    mutating func read(_ segments: ArraySlice<Int64>, on connection: borrowing SQLConnection) throws(StoreError) {
        var spoken: [(number: Int64, score: Double)] = []
        try connection.run(
            """
            SELECT rowid, word_score(segment_words, ?2) FROM segment_words
            WHERE segment_words MATCH ?1 AND rowid BETWEEN ?3 AND ?4 AND +rowid IN (SELECT value FROM json_each(?6))
            ORDER BY rowid DESC LIMIT ?5
            """,
            [expression, weights, .integer(segments.last), .integer(segments.first), .integer(most - found.count), .numbers(segments)]
        ) { (row) throws(StoreError) in if let number = row.integer(0) { spoken.append((number, row.real(1) ?? 0)) } }
        found += spoken
    }
}

extension ArraySlice<Int64> {
    /// The numbers up to the first one that is more than `gap` below the number before it.
    fileprivate func near(_ gap: Int64) -> ArraySlice<Int64> {
        let end = indices.dropFirst().first { self[$0 - 1] - self[$0] > gap }
        return self[..<(end ?? endIndex)]
    }
}
