import Conversations
import Speech

/// Reads the parts of the found segments that are shown.
package struct HitReading {
    /// Reads segments with their conversations and speakers. Parameter: a list of the segments' numbers.
    package static let statement = ComposedSQL(
        "SELECT c.id, s.id, s.start_at, c.started_at, c.title, s.text, s.speaker, ", SpeakerJoins.columns,
        ", s.number FROM json_each(?) r CROSS JOIN segments s JOIN conversations c ON c.number = s.conversation ", SpeakerJoins.of,
        " WHERE s.number = CAST(r.value AS BIGINT) AND c.status <> 'discarded'")

    private let index: any WordIndex
    private let terms: [String]
    private let check: WordCheck
    private let said: Set<Int64>

    /// - Parameter said: segments that have the query's words. In other segments nothing is marked, because a common "the" tells nothing.
    init(_ index: any WordIndex, _ terms: SearchTerms, _ check: WordCheck, said: Set<Int64>) {
        self.index = index
        self.check = check
        self.said = said
        self.terms = terms.terms.map(\.text)
    }

    /// Returns the hits, in order, without segments that were deleted or whose conversation was discarded.
    func hits(_ ranked: [RankFusion.Ranked], on connection: borrowing SQLConnection) throws(StoreError) -> [SearchHit] {
        var found: [Int64: (hit: SearchHit, text: String)] = [:]
        // One statement for all segments: each statement takes the time of the way to a server and back.
        try connection.run(
            Self.statement, [.numbers(ranked.map(\.segment))]
        ) { (row) throws(StoreError) in
            let hit = SearchHit(
                conversation: ID(row.text(0) ?? ""), segment: ID(row.text(1) ?? ""), start: row.duration(2), started: row.time(3),
                title: row.text(4), snippet: Snippet([]), score: 0,
                speaker: row.integer(6).map { SpeakerNumber(Int($0)) },
                who: ConversationRow.who(
                    person: row.text(7), isUser: row.flag(8), voice: row.text(9), isUsersVoice: row.flag(10), voicesPerson: row.text(11)))
            if let number = row.integer(12) { found[number] = (hit, row.text(5) ?? "") }
        }
        var hits: [SearchHit] = []
        for ranked in ranked {
            guard let row = found[ranked.segment] else { continue }
            var hit = row.hit
            let snippet = said.contains(ranked.segment) ? try index.snippet(of: ranked.segment, row.text, marking: terms, on: connection) : nil
            hit.snippet = snippet.map { check.checked($0, of: row.text) } ?? Snippet(beginningOf: row.text)
            hit.score = ranked.score
            hits.append(hit)
        }
        return hits
    }
}
