import Conversations
import Speech

/// The windows that mean what a query means, the nearest first.
struct WindowSearch {
    /// Windows whose vectors are compared in full, after their signs.
    private static let compared = 500
    /// Windows that are less alike are none. By far most pairs of sentences have less.
    private static let leastCosine: Float = 0.15

    let archive: Archive
    let model: String
    /// Of the query, of length 1.
    let vector: [Float]
    /// Words for the speakers that count; nil: all.
    let marks: [String]?
    /// When the conversations that count began; nil: at any time.
    let time: Range<Int64>?

    /// - Returns: of each window the numbers of the segments that count, in order; `SearchQuery.mostHits` windows at most.
    func ranking(in index: WindowIndex, on connection: borrowing SQLiteConnection) throws(StoreError) -> [[Int64]] {
        let allowed = try allowed(on: connection)
        let near = try index.search(WindowIndex.Key(archive: archive.number, model: model)) { () throws(StoreError) in
            try read(on: connection)
        } _: { (bits) throws(StoreError) in
            bits.nearest(vector, most: Self.compared, allowed: allowed)
        }
        var ranked: [(window: Int64, cosine: Float)] = []
        for number in near.sorted() {
            try connection.run("SELECT vector FROM window_vectors WHERE number = ?", [.integer(number)]) { (row) throws(StoreError) in
                let cosine = try row.withBlob(0) { (halves) throws(StoreError) in StoredVector.product(halves, vector) }
                if let cosine, cosine >= Self.leastCosine { ranked.append((number, cosine)) }
            }
        }
        ranked.sort { ($0.cosine, $0.window) > ($1.cosine, $1.window) }
        var windows: [[Int64]] = []
        let marks = marks.map { Set($0) }
        for (number, _) in ranked {
            if windows.count == SearchQuery.mostHits { break }
            var segments: [Int64] = []
            try connection.run(
                """
                SELECT s.number, s.mark FROM windows w JOIN json_each(w.segments) j
                JOIN segments s ON s.conversation = w.conversation AND s.id = j.value WHERE w.number = ? ORDER BY s.start_at, s.number
                """, [.integer(number)]
            ) { (row) throws(StoreError) in
                if let marks, row.text(1).map(marks.contains) != true { return }
                if let segment = row.integer(0) { segments.append(segment) }
            }
            if !segments.isEmpty { windows.append(segments) }
        }
        return windows
    }

    /// The conversations that count; nil: all.
    private func allowed(on connection: borrowing SQLiteConnection) throws(StoreError) -> NumberSet? {
        guard marks != nil || time != nil else { return nil }
        var numbers: [Int64] = []
        if let marks {
            try connection.run(
                """
                SELECT m.conversation FROM json_each(?1) j JOIN conversation_marks m ON m.mark = j.value
                JOIN conversations c ON c.number = m.conversation
                WHERE ?2 IS NULL OR c.started_at >= ?2 AND c.started_at < ?3
                """, [.text(SegmentCoding.list(marks)), .integer(time?.lowerBound), .integer(time?.upperBound)]
            ) { (row) throws(StoreError) in numbers.append(row.integer(0) ?? 0) }
        } else {
            try connection.run(
                "SELECT number FROM conversations WHERE archive = ? AND started_at >= ? AND started_at < ?",
                [.integer(archive.number), .integer(time?.lowerBound), .integer(time?.upperBound)]
            ) { (row) throws(StoreError) in numbers.append(row.integer(0) ?? 0) }
        }
        return NumberSet(numbers)
    }

    private func read(on connection: borrowing SQLiteConnection) throws(StoreError) -> WindowBits {
        var bits = WindowBits(dimensions: vector.count)
        let values: [SQLiteValue] = [.integer(archive.firstNumber), .integer(archive.lastNumber), .text(model)]
        bits.reserve(Int(try connection.integer("SELECT count(*) FROM windows WHERE number BETWEEN ? AND ?", Array(values.prefix(2))) ?? 0))
        try connection.run("SELECT number, conversation, bits FROM windows WHERE number BETWEEN ? AND ? AND model = ?", values) {
            (row) throws(StoreError) in
            let number = row.integer(0) ?? 0, conversation = row.integer(1) ?? 0
            try row.withBlob(2) { (signs) throws(StoreError) in bits.add(number, of: conversation, signs) }
        }
        bits.finishReading()
        return bits
    }
}
