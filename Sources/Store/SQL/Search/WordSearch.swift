import Conversations
import Glibc
import Speech

/// Search for segments that have a query's words: the best segments come first.
///
/// The cost is limited by the number of scored rows, not by the number of matching rows: the newest rows are taken first. A word that is in more than
/// two of a hundred segments decides which segments match, but does not change their order.
struct WordSearch {
    /// Maximum number of segments in which a word is counted. The frequency of a more frequent word is estimated from the time that these segments
    /// span.
    private static let counted = 512
    /// Maximum number of rows that are scored.
    private static let scored = 2_000
    /// Share of segments beyond which a word is common.
    private static let common = 0.02
    /// Maximum number of times that older rows are read because few of the newer ones have the words themselves.
    private static let rounds = 5
    /// Number of segments with all words below which segments with some of the words are added.
    private static let few = 20

    let index: any WordIndex
    let archive: UserPartition
    /// Marks of the speakers that count; nil for all speakers.
    let marks: [String]?
    /// Row numbers of the segments that count.
    let rows: ClosedRange<Int64>
    /// Row numbers of the conversations that count; nil for all conversations.
    let conversations: [Int64]?
    /// Starts of the conversations that count, in milliseconds since 1970 UTC; nil for any time.
    let time: Range<Int64>?
    /// Tells hits from what the index takes for hits.
    let check: WordCheck

    private struct Term {
        var text: String
        var isQuoted: Bool
        /// Approximate number of rows that have the term.
        var rows: Double
        var weight = 0.0
        var isRare = true
    }

    /// - Returns: row numbers of segments, the best first; at most `SearchQuery.maxHits`.
    func ranking(_ terms: SearchTerms, on connection: borrowing SQLConnection) throws(StoreError) -> [Int64] {
        guard !terms.terms.isEmpty else { return [] }
        let next = try connection.integer("SELECT next_segment FROM archives WHERE number = ?", [.integer(archive.number)]) ?? 1
        let total = Double(max(1, next - 1))
        if terms.terms.count == 1 {
            // A single word has the same rarity in each segment.
            let only = Term(text: terms.terms[0].text, isQuoted: true, rows: 1, weight: 1)
            return try matches(all: [only], any: [], most: check.isEmpty ? Self.counted : Self.scored, on: connection)
        }
        var known: [Term] = []
        for wanted in terms.terms {
            // Counting a phrase costs as much as finding it. A phrase is therefore treated as rare.
            let rows = wanted.isPhrase ? 1 : try frequency(of: wanted.text, on: connection)
            var term = Term(text: wanted.text, isQuoted: wanted.isQuoted, rows: rows)
            term.weight = log(1 + (total - term.rows + 0.5) / (term.rows + 0.5))
            term.isRare = term.rows <= max(100, total * Self.common)
            known.append(term)
        }
        guard known.allSatisfy({ $0.rows > 0 || !$0.isQuoted }) else { return [] }
        var found: [Int64] = []
        if known.allSatisfy({ $0.rows > 0 }) {
            // A ranking by common words says nothing: then the newest segments are the best, and only as many as are wanted are read.
            let most = known.contains(where: \.isRare) ? Self.scored : SearchQuery.maxHits
            found = try matches(all: known, any: [], most: most, on: connection)
        }
        let some = known.filter { $0.rows > 0 && $0.isRare && !$0.isQuoted }.sorted { $0.rows < $1.rows }
        let quoted = known.filter(\.isQuoted)
        // If all words are quoted, there is nothing else to search for.
        guard found.count < Self.few, !some.isEmpty || !quoted.isEmpty, quoted.count < known.count else { return found }
        // The rarest words are taken for as long as few rows have any of them.
        var sum = 0.0
        let rarest = some.prefix { term in
            sum += term.rows
            return sum == term.rows || sum <= Double(Self.scored)
        }
        // A row of the index does not tell which of the words it has, so words that must be checked are searched for by themselves.
        let doubtful = rarest.filter { check.needs($0.text) }, plain = rarest.filter { !check.needs($0.text) }
        // The group of the rarest word comes first.
        var groups = rarest.first.map { check.needs($0.text) } == true ? [doubtful, plain] : [plain, doubtful]
        groups.removeAll(where: \.isEmpty)
        var more: [Int64] = []
        for group in groups.isEmpty ? [[]] : groups { more += try matches(all: quoted, any: group, most: Self.scored, on: connection) }
        var said: Set<Int64> = []
        return Array((found + more).filter { said.insert($0).inserted }.prefix(SearchQuery.maxHits))
    }

    /// Returns the approximate number of the user's rows that have a term.
    private func frequency(of term: String, on connection: borrowing SQLConnection) throws(StoreError) -> Double {
        let found = try index.count(term, in: archive.firstNumber...archive.lastNumber, most: Self.counted, on: connection)
        guard found.count >= Self.counted else { return Double(found.count) }
        return Double(found.count) * Double(found.newest - archive.firstNumber) / Double(max(1, found.newest - found.oldest + 1))
    }

    /// Returns the best of the newest rows that have all terms of `all` and, unless `any` is empty, at least one term of `any`.
    private func matches(all: [Term], any: [Term], most: Int, on connection: borrowing SQLConnection) throws(StoreError) -> [Int64] {
        if let marks, marks.isEmpty { return [] }
        let isChecked = (all + any).contains { check.needs($0.text) }
        var found: [Int64] = [], range = self.rows
        for _ in 0..<Self.rounds {
            var rows = try index.select(
                WordSelection(
                    all: all.map(\.text), any: any.map(\.text), weights: (all + any).map { $0.isRare ? $0.weight : 0 }, marks: marks, rows: range,
                    conversations: conversations, most: most), on: connection)
            rows.sort { ($0.score, $0.number) > ($1.score, $1.number) }
            var left = rows[...]
            while !left.isEmpty, found.count < SearchQuery.maxHits {
                let next = left.prefix(SearchQuery.maxHits).map(\.number)
                left = left.dropFirst(next.count)
                var wanted = next
                if let time { wanted = wanted.filter(try begun(next, in: time, on: connection).contains) }
                found += try checked(wanted, all: all, any: any, on: connection)
            }
            // Many newer rows may have only words with the same stems.
            guard isChecked, rows.count >= most, found.count < Self.few, let oldest = rows.map(\.number).min(), oldest > range.lowerBound else {
                break
            }
            range = range.lowerBound...oldest - 1
        }
        return Array(found.prefix(SearchQuery.maxHits))
    }

    /// Returns the segments that have the terms, and not only words with the same stems.
    private func checked(_ segments: [Int64], all: [Term], any: [Term], on connection: borrowing SQLConnection) throws(StoreError) -> [Int64] {
        guard (all + any).contains(where: { check.needs($0.text) }) else { return segments }
        var hits: Set<Int64> = []
        let all = all.map(\.text), any = any.map(\.text)
        // One statement for many rows: each statement takes the time of the way to a server and back.
        try connection.run(
            "SELECT s.number, s.text FROM json_each(?) r CROSS JOIN segments s WHERE s.number = CAST(r.value AS BIGINT)", [.numbers(segments)]
        ) { (row) throws(StoreError) in
            if let number = row.integer(0), check.isHit(row.text(1) ?? "", all: all, any: any) { hits.insert(number) }
        }
        return segments.filter(hits.contains)
    }

    /// Returns the segments whose conversations began in `time`: rows of other times may lie between the rows that count.
    private func begun(_ segments: [Int64], in time: Range<Int64>, on connection: borrowing SQLConnection) throws(StoreError) -> Set<Int64> {
        var begun: Set<Int64> = []
        // One statement for many rows: each statement takes the time of the way to a server and back.
        try connection.run(
            """
            SELECT s.number FROM json_each(?) r CROSS JOIN segments s JOIN conversations c ON c.number = s.conversation
            WHERE s.number = CAST(r.value AS BIGINT) AND c.started_at >= ? AND c.started_at < ?
            """,
            [.numbers(segments), .integer(time.lowerBound), .integer(time.upperBound)]
        ) { (row) throws(StoreError) in if let number = row.integer(0) { begun.insert(number) } }
        return begun
    }
}
