import Conversations
import Framing
import Speech

/// Search for windows by meaning: the windows nearest to the query's meaning come first.
struct WindowSearch {
    /// Number of windows whose vectors are compared in full, after a comparison of their signs.
    private static let compared = 500
    /// Number of windows that are compared in full when the speaker is checked afterwards.
    private static let comparedLate = 1_500
    /// Maximum number of a speaker's segments for which the speaker is checked before the comparison. A server has to send their numbers.
    private static func maxSpoken(on connection: borrowing SQLConnection) -> Int { connection.isRemote ? 5_000 : 30_000 }
    /// Minimum cosine of a hit. By far most pairs of sentences have a lower cosine.
    private static let minCosine: Float = 0.15

    let archive: UserPartition
    let model: String
    /// Vector of the query, of length 1.
    let vector: [Float]
    /// Marks of the speakers that count; nil for all speakers.
    let marks: [String]?
    /// Row numbers of the conversations that count; nil for all conversations.
    let conversations: [Int64]?
    /// Starts of the conversations that count, in milliseconds since 1970 UTC; nil for any time.
    let time: Range<Int64>?

    /// - Returns: for each window, the row numbers of the segments that count, in order; at most `SearchQuery.maxHits` windows.
    func ranking(in index: WindowIndex, on connection: borrowing SQLConnection) throws(StoreError) -> [[Int64]] {
        var filter = WindowBits.Filter()
        if let conversations {
            filter.conversations = NumberSet(conversations)
        } else if let time {
            filter.conversations = try conversations(in: time, on: connection)
        }
        if let marks { filter.segments = try segments(of: marks, on: connection) }
        // A speaker with many segments is checked afterwards: enough of the nearest windows are then theirs.
        let isLate = marks != nil && filter.segments == nil
        var near = try index.search(WindowIndex.Key(archive: archive.number, model: model)) { () throws(StoreError) in
            try read(on: connection)
        } _: { (bits) throws(StoreError) in
            bits.nearest(vector, most: isLate ? Self.comparedLate : Self.compared, filter)
        }
        // The rows are read in the order of the file.
        near.sort { $0.number < $1.number }
        var ranked: [(window: Int64, cosine: Float)] = []
        if isLate {
            let spoken = try spoken(in: near, on: connection)
            near.removeAll { !spoken.contains($0.number) }
        }
        let compare = { (row: borrowing SQLRow) throws(StoreError) in
            let cosine = try row.withBlob(1) { (halves) throws(StoreError) in StoredVector.product(halves, vector) }
            if let number = row.integer(0), let cosine, cosine >= Self.minCosine { ranked.append((number, cosine)) }
        }
        if connection.isRemote {
            // One answer for all windows: each question takes the time of the way to the server and back.
            try connection.run(
                "SELECT number, vector FROM window_vectors WHERE number IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
                [.numbers(near.map(\.number))], row: compare)
        } else {
            for window in near {
                try connection.run("SELECT number, vector FROM window_vectors WHERE number = ?", [.integer(window.number)], row: compare)
            }
        }
        ranked.sort { ($0.cosine, $0.window) > ($1.cosine, $1.window) }
        var windows: [[Int64]] = []
        let wanted = marks.map { Set($0) }
        var left = ranked[...]
        while !left.isEmpty, windows.count < SearchQuery.maxHits {
            let next = left.prefix(SearchQuery.maxHits).map(\.window)
            left = left.dropFirst(next.count)
            let segments = try segments(ofWindows: next, marks: wanted, on: connection)
            windows += next.compactMap { segments[$0] }
        }
        return Array(windows.prefix(SearchQuery.maxHits))
    }

    /// Returns the segments of each window that count, in order. Windows without such segments are left out.
    private func segments(
        ofWindows numbers: [Int64], marks: Set<String>?, on connection: borrowing SQLConnection
    ) throws(StoreError) -> [Int64: [Int64]] {
        var segments: [Int64: [Int64]] = [:]
        // The joins are written as crosses so that SQLite finds each segment by its id: by itself it reads all segments of a window's conversation.
        try connection.run(
            """
            SELECT w.number, s.number, s.mark FROM json_each(?) r CROSS JOIN windows w CROSS JOIN json_each(w.segments) j CROSS JOIN segments s
            WHERE w.number = CAST(r.value AS BIGINT) AND s.conversation = w.conversation AND s.id = j.value
            ORDER BY w.number, s.start_at, s.number
            """, [.numbers(numbers)]
        ) { (row) throws(StoreError) in
            if let marks, row.text(2).map(marks.contains) != true { return }
            if let window = row.integer(0), let segment = row.integer(1) { segments[window, default: []].append(segment) }
        }
        return segments
    }

    private func conversations(in time: Range<Int64>, on connection: borrowing SQLConnection) throws(StoreError) -> NumberSet {
        var numbers: [Int64] = []
        try connection.run(
            "SELECT number FROM conversations WHERE archive = ? AND started_at >= ? AND started_at < ?",
            [.integer(archive.number), .integer(time.lowerBound), .integer(time.upperBound)]
        ) { (row) throws(StoreError) in numbers.append(row.integer(0) ?? 0) }
        return NumberSet(numbers)
    }

    /// Returns the segments with these marks, and some more: segments of a voice that a person has assigned otherwise. nil when there are too many.
    private func segments(of marks: [String], on connection: borrowing SQLConnection) throws(StoreError) -> NumberSet? {
        var numbers: [Int64] = []
        let most = Self.maxSpoken(on: connection)
        for mark in marks {
            let left = most - numbers.count
            guard left > 0 else { return nil }
            let number = Int64(mark.dropFirst()) ?? 0
            let (statement, values): (StaticString, [SQLValue]) =
                switch mark.first {
                case "v": ("SELECT number FROM segments WHERE voice = ?1 LIMIT ?2", [.integer(number), .integer(left)])
                case "p": ("SELECT number FROM segments WHERE person = ?1 LIMIT ?2", [.integer(number), .integer(left)])
                // The interval of numbers holds the segments of one user only.
                default:
                    (
                        "SELECT number FROM segments WHERE is_user AND number BETWEEN ?1 AND ?2 LIMIT ?3",
                        [.integer(archive.firstNumber), .integer(archive.lastNumber), .integer(left)]
                    )
                }
            try connection.run(statement, values) { (row) throws(StoreError) in numbers.append(row.integer(0) ?? 0) }
        }
        return numbers.count < most ? NumberSet(numbers) : nil
    }

    /// Returns the row numbers of the windows in which a speaker that counts may speak.
    private func spoken(in windows: [WindowBits.Window], on connection: borrowing SQLConnection) throws(StoreError) -> Set<Int64> {
        // If the segment numbers are far apart, as after a merge, the range may hold segments of any speaker.
        var spoken = Set(windows.filter { $0.lastSegment - $0.firstSegment >= 256 }.map(\.number))
        var json = JSONWriter()
        json.array(marks ?? [])
        // `coalesce` makes SQLite read the few segments of each window: by itself it looks in the index of speakers, once for each of the marks.
        try connection.run(
            """
            SELECT w.number FROM json_each(?) r CROSS JOIN windows w WHERE w.number = CAST(r.value AS BIGINT) AND EXISTS (
                SELECT 1 FROM segments s WHERE s.number BETWEEN w.first_segment AND w.last_segment
                AND coalesce(s.mark, '') IN (SELECT value FROM json_each(?)))
            """, [.numbers(windows.map(\.number).filter { !spoken.contains($0) }), .text(String(decoding: json.bytes, as: UTF8.self))]
        ) { (row) throws(StoreError) in if let number = row.integer(0) { spoken.insert(number) } }
        return spoken
    }

    private func read(on connection: borrowing SQLConnection) throws(StoreError) -> WindowBits {
        var bits = WindowBits(dimensions: vector.count)
        let values: [SQLValue] = [.integer(archive.firstNumber), .integer(archive.lastNumber), .text(model)]
        bits.reserve(Int(try connection.integer("SELECT count(*) FROM windows WHERE number BETWEEN ? AND ?", Array(values.prefix(2))) ?? 0))
        try connection.run(
            "SELECT number, conversation, first_segment, last_segment, bits FROM windows WHERE number BETWEEN ? AND ? AND model = ?", values
        ) { (row) throws(StoreError) in
            let window = WindowBits.Window(
                number: row.integer(0) ?? 0, conversation: row.integer(1) ?? 0, firstSegment: row.integer(2) ?? 0, lastSegment: row.integer(3) ?? 0)
            try row.withBlob(4) { (signs) throws(StoreError) in bits.add(window, signs) }
        }
        bits.finishReading()
        return bits
    }
}
