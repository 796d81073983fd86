import Conversations
import Speech

/// Reads the parts of the found segments that are shown.
struct HitReading {
    private let index: any WordIndex
    private let terms: [String]
    private let said: Set<Int64>

    /// - Parameter said: segments that have the query's words. In other segments nothing is marked, because a common "the" tells nothing.
    init(_ index: any WordIndex, _ terms: SearchTerms, said: Set<Int64>) {
        self.index = index
        self.said = said
        self.terms = terms.terms.map(\.text)
    }

    /// Returns the hits, in order, without segments that were deleted or whose conversation was discarded.
    func hits(_ ranked: [RankFusion.Ranked], on connection: borrowing SQLConnection) throws(StoreError) -> [SearchHit] {
        var hits: [SearchHit] = []
        for found in ranked {
            let snippet = said.contains(found.segment) ? try index.snippet(of: found.segment, marking: terms, on: connection) : nil
            try connection.run(
                """
                SELECT c.id, s.id, s.start_at, c.started_at, c.title, iif(?2, s.text, NULL), s.speaker, p.id, s.is_user, w.id, w.is_user, wp.id
                FROM segments s JOIN conversations c ON c.number = s.conversation LEFT JOIN people p ON p.number = s.person
                LEFT JOIN voices v ON v.number = s.voice LEFT JOIN voices w ON w.number = coalesce(v.joined_to, v.number)
                LEFT JOIN people wp ON wp.number = w.person WHERE s.number = ?1 AND c.status <> 'discarded'
                """, [.integer(found.segment), .flag(snippet == nil)]
            ) { (row) throws(StoreError) in
                hits.append(
                    SearchHit(
                        conversation: ID(row.text(0) ?? ""), segment: ID(row.text(1) ?? ""), start: row.duration(2), started: row.time(3),
                        title: row.text(4), snippet: snippet ?? Snippet(beginningOf: row.text(5) ?? ""), score: found.score,
                        speaker: row.integer(6).map { SpeakerNumber(Int($0)) },
                        who: ConversationRow.who(
                            person: row.text(7), isUser: row.flag(8), voice: row.text(9), isUsersVoice: row.flag(10), voicesPerson: row.text(11))))
            }
        }
        return hits
    }
}
