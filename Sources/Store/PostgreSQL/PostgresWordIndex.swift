import Conversations
import Speech
import Synchronization

/// The index of words in a `tsvector` with a GIN index. PostgreSQL is given the words that SQLite's tokenizer makes, so both databases find the same.
final class PostgresWordIndex: WordIndex {
    /// Maximum size of a word of a `tsvector`, in bytes.
    private static let maxWord = 2_046

    private let tokens: WordTokens
    /// A small index in memory, which finds the part of a text that is shown. Used under the lock only.
    private let texts: Mutex<SQLConnection>

    init() throws(StoreError) {
        tokens = try WordTokens()
        let memory = try SQLiteConnection.open(":memory:", .readWrite)
        try memory.run(
            "CREATE VIRTUAL TABLE segment_words USING fts5(text, tokenize = 'unspaced porter unicode61 remove_diacritics 2')")
        texts = Mutex(SQLConnection(memory))
    }

    // MARK: Writing

    func add(_ text: String, of segment: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO segment_words (number, words) VALUES (?, CAST(? AS TSVECTOR)) ON CONFLICT (number) DO UPDATE SET words = excluded.words
            """, [.integer(segment), .text(vector(of: text))])
    }

    func update(_ segments: [ID<Segment>], of conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        var found: [(number: Int64, text: String)] = []
        try connection.run(
            "SELECT number, text FROM segments WHERE conversation = ? AND id IN (SELECT value FROM json_each(?))",
            [.integer(conversation), .text(SegmentCoding.list(segments.map(\.rawValue)))]
        ) { (row) throws(StoreError) in found.append((row.integer(0) ?? 0, row.text(1) ?? "")) }
        for row in found { try add(row.text, of: row.number, on: connection) }
    }

    private func vector(of text: String) -> String {
        tokens.words(of: text).enumerated().filter { Self.isIndexed($0.element) }.map { "\(Self.quoted($0.element)):\($0.offset + 1)" }
            .joined(separator: " ")
    }

    private static func isIndexed(_ word: String) -> Bool { !word.isEmpty && word.utf8.count <= maxWord }

    private static func quoted(_ word: String) -> String {
        guard word.utf8.contains(where: { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\\") }) else { return "'" + word + "'" }
        return "'" + String(word.flatMap { $0 == "'" || $0 == "\\" ? [$0, $0] : [$0] }) + "'"
    }

    // MARK: Searching

    /// Returns the query for a word or a phrase; nil when it has no word that is found.
    private func query(_ term: String) -> String? {
        let words = tokens.words(of: term).filter(Self.isIndexed)
        return words.isEmpty ? nil : "(" + words.map(Self.quoted).joined(separator: " <-> ") + ")"
    }

    func count(
        _ term: String, in rows: ClosedRange<Int64>, most: Int, on connection: borrowing SQLConnection
    ) throws(StoreError) -> (count: Int, oldest: Int64, newest: Int64) {
        var found = (count: 0, oldest: rows.lowerBound, newest: rows.lowerBound)
        guard let query = query(term) else { return found }
        try connection.run(
            """
            SELECT count(*), max(number), min(number) FROM (
                SELECT number FROM segment_words WHERE words @@ CAST(? AS TSQUERY) AND number BETWEEN ? AND ? ORDER BY number DESC LIMIT ?) found
            """, [.text(query), .integer(rows.lowerBound), .integer(rows.upperBound), .integer(most)]
        ) { (row) throws(StoreError) in
            found = (Int(row.integer(0) ?? 0), row.integer(2) ?? rows.lowerBound, row.integer(1) ?? rows.lowerBound)
        }
        return found
    }

    func select(_ selection: WordSelection, on connection: borrowing SQLConnection) throws(StoreError) -> [(number: Int64, score: Double)] {
        let all = selection.all.compactMap(query), any = selection.any.compactMap(query)
        guard !all.isEmpty || !any.isEmpty else { return [] }
        let parts = all + (any.isEmpty ? [] : ["(" + any.joined(separator: " | ") + ")"])
        let terms = (selection.all + selection.any).map { tokens.words(of: $0).map { Array($0.utf8) } }
        var rows: [(number: Int64, score: Double)] = []
        try connection.run(
            """
            SELECT w.number, w.words FROM segment_words w WHERE w.words @@ CAST(?1 AS TSQUERY) AND w.number BETWEEN ?2 AND ?3
            AND (?4 IS NULL OR EXISTS (
                SELECT 1 FROM segments s WHERE s.number = w.number AND s.conversation IN (SELECT CAST(value AS BIGINT) FROM json_each(?4))))
            AND (?5 IS NULL OR EXISTS (
                SELECT 1 FROM segments s WHERE s.number = w.number AND s.mark IN (SELECT value FROM json_each(?5))))
            ORDER BY w.number DESC LIMIT ?6
            """,
            [
                .text(parts.joined(separator: " & ")), .integer(selection.rows.lowerBound), .integer(selection.rows.upperBound),
                .numbers(orNull: selection.conversations), .text(selection.marks.map { SegmentCoding.list($0) }), .integer(selection.most),
            ]
        ) { (row) throws(StoreError) in
            let score = try row.withBlob(1) { (bytes) throws(StoreError) in
                let places = WordPlaces(bytes)
                return zip(terms, selection.weights).reduce(0) { sum, term in
                    sum + WordScore.share(weight: term.1, count: Double(places.count(of: term.0)), length: Double(places.length))
                }
            }
            rows.append((row.integer(0) ?? 0, score))
        }
        return rows
    }

    func snippet(of segment: Int64, _ text: String, marking terms: [String], on connection: borrowing SQLConnection) throws(StoreError) -> Snippet? {
        let outcome: Result<Snippet?, StoreError> = texts.withLock { texts in
            do throws(StoreError) {
                try texts.run("DELETE FROM segment_words")
                try texts.run("INSERT INTO segment_words (rowid, text) VALUES (1, ?)", [.text(text)])
                return .success(try FTSWordIndex().snippet(of: 1, text, marking: terms, on: texts))
            } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}

/// The words of a row with their places: PostgreSQL's binary format of a `tsvector`.
struct WordPlaces {
    private var places: [(word: UnsafeRawBufferPointer, at: [UInt16])] = []
    /// Number of words.
    private(set) var length = 0

    /// - Parameter bytes: valid for as long as the value is used.
    init(_ bytes: UnsafeRawBufferPointer) {
        // The number of words; for each its text, a zero, the number of its places, and the places. The upper two bits of a place are its weight.
        guard bytes.count >= 4 else { return }
        var position = 4
        for _ in 0..<UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)) {
            guard let end = bytes[position...].firstIndex(of: 0), end + 3 <= bytes.count else { return }
            let word = UnsafeRawBufferPointer(rebasing: bytes[position..<end])
            let count = Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: end + 1, as: UInt16.self)))
            position = end + 3 + count * 2
            guard position <= bytes.count else { return }
            places.append(
                (word, (0..<count).map { UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: end + 3 + $0 * 2, as: UInt16.self)) & 0x3FFF }))
            length += count
        }
    }

    /// Returns the number of places where the words stand one after the other.
    func count(of words: [[UInt8]]) -> Int {
        guard let first = words.first, let starts = at(first) else { return 0 }
        guard words.count > 1 else { return starts.count }
        let others = words.dropFirst().map { Set(at($0) ?? []) }
        return starts.count { start in others.enumerated().allSatisfy { $0.element.contains(start + UInt16($0.offset) + 1) } }
    }

    private func at(_ word: [UInt8]) -> [UInt16]? {
        places.first { $0.word.elementsEqual(word) }?.at
    }
}
