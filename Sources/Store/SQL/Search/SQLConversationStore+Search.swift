package import Conversations
package import Speech

extension SQLConversationStore {
    package func search(_ query: SearchQuery, embedding: (any TextEmbedding)?, of user: ID<User>) async throws(StoreError) -> SearchPage {
        let offset = query.cursor.map { Int($0, radix: 36).flatMap { (0..<SearchQuery.maxHits * 2).contains($0) ? $0 : nil } } ?? 0
        let text = String(decoding: query.text.utf8.prefix(SearchQuery.maxText), as: UTF8.self), terms = SearchTerms(text)
        guard let offset, !terms.terms.isEmpty else { return SearchPage(hits: [], next: nil) }
        guard let filter = try await filter(query, of: user) else {
            return SearchPage(hits: [], next: nil, wordsFound: query.by == .meaning ? nil : false)
        }
        // The search for words runs while the query's vector is computed.
        async let words = wordRanking(query.by == .meaning ? nil : terms, filter)
        async let windows = windowRanking(text, query.by == .words || terms.isQuoted ? nil : embedding, filter)
        let (said, check) = try await words.get()
        let ranked = RankFusion.fuse(words: said, windows: try await windows.get()).prefix(SearchQuery.maxHits)
        let limit = max(1, min(query.limit, SearchQuery.maxHits))
        let page = ranked.dropFirst(offset).prefix(limit)
        let hits = try await searchReaders.words().run { [index = database.words] (connection) throws(StoreError) in
            try connection.snapshot { (connection) throws(StoreError) in
                try HitReading(index, terms, check, said: Set(said)).hits(Array(page), on: connection)
            }
        }
        let next = offset + page.count
        return SearchPage(
            hits: hits, next: next < ranked.count ? String(next, radix: 36) : nil, wordsFound: query.by == .meaning ? nil : !said.isEmpty,
            isCapped: ranked.count == SearchQuery.maxHits)
    }

    /// The restrictions of a search: archive, speaker, conversations and time.
    private struct Filter: Sendable {
        var archive: UserPartition
        var marks: [String]?
        var rows: ClosedRange<Int64>
        /// Row numbers of the conversations that count; nil for all conversations.
        var conversations: [Int64]?
        var time: Range<Int64>?
    }

    /// Returns the restrictions of a query; nil when the query can find nothing.
    private func filter(_ query: SearchQuery, of user: ID<User>) async throws(StoreError) -> Filter? {
        try await searchReaders.words().run { (connection) throws(StoreError) -> Filter? in
            guard let archive = try UserPartition.find(user, on: connection), let marks = try SpeakerMarks(query.speaker, in: archive, on: connection)
            else {
                return nil
            }
            var filter = Filter(archive: archive, rows: archive.firstNumber...archive.lastNumber)
            if query.speaker != .nobody { filter.marks = Array(marks.words.prefix(Self.maxMarks)) }
            if let id = query.conversation {
                guard let conversation = try archive.conversation(id, on: connection) else { return nil }
                filter.conversations = [conversation]
            }
            guard query.from != nil || query.to != nil || query.conversation != nil || query.hasGaps else { return filter }
            let from = query.from?.milliseconds ?? .min, to = query.to?.milliseconds ?? .max
            guard from < to else { return nil }
            filter.time = from..<to
            if query.hasGaps {
                let broken = try Self.conversationsWithGaps(of: archive, in: from..<to, on: connection)
                filter.conversations = filter.conversations.map { named in named.filter { broken.contains($0) } } ?? broken
            }
            var rows: ClosedRange<Int64>?
            try connection.run(
                """
                SELECT min(first_segment), max(last_segment) FROM conversations
                WHERE archive = ? AND started_at >= ? AND started_at < ? AND (?4 IS NULL OR number IN (SELECT CAST(value AS BIGINT) FROM json_each(?4)))
                """, [.integer(archive.number), .integer(from), .integer(to), .numbers(orNull: filter.conversations)]
            ) { (row) throws(StoreError) in
                if let first = row.integer(0), let last = row.integer(1), first <= last { rows = first...last }
            }
            guard let rows else { return nil }
            filter.rows = rows
            return filter
        }
    }

    /// Maximum number of marks of one speaker: more voices than anybody merges by hand.
    private static let maxMarks = 500

    /// Returns the segments that have the words, the best first, and the check by which they are told from others.
    private func wordRanking(_ terms: SearchTerms?, _ filter: Filter) async -> Result<(said: [Int64], check: WordCheck), StoreError> {
        guard let terms else { return .success(([], WordCheck(SearchTerms("")))) }
        do throws(StoreError) {
            let check = WordCheck(terms), said = try await ranking(terms, check, filter)
            // Whoever searches for "die" alone wants the German word if nobody has said the English one.
            guard said.isEmpty, terms.terms.count == 1, !check.isEmpty else { return .success((said, check)) }
            let literal = WordCheck(terms, isLiteral: true)
            return .success((try await ranking(terms, literal, filter), literal))
        } catch { return .failure(error) }
    }

    private func ranking(_ terms: SearchTerms, _ check: WordCheck, _ filter: Filter) async throws(StoreError) -> [Int64] {
        let search = WordSearch(
            index: database.words, archive: filter.archive, marks: filter.marks, rows: filter.rows, conversations: filter.conversations,
            time: filter.time, check: check)
        return try await searchReaders.words().run { (connection) throws(StoreError) in
            try connection.snapshot { (connection) throws(StoreError) in try search.ranking(terms, on: connection) }
        }
    }

    private func windowRanking(_ text: String, _ embedding: (any TextEmbedding)?, _ filter: Filter) async -> Result<[[Int64]], StoreError> {
        guard let embedding else { return .success([]) }
        let text = text.filter { $0 != "\"" }
        guard let vector = try? await embedding.embed([text]).first else { return .success([]) }
        let search = WindowSearch(
            archive: filter.archive, model: embedding.model, vector: vector, marks: filter.marks, conversations: filter.conversations,
            time: filter.time)
        do throws(StoreError) {
            return .success(
                try await searchReaders.windows().run { [windowIndex] (connection) throws(StoreError) in
                    try connection.snapshot { (connection) throws(StoreError) in try search.ranking(in: windowIndex, on: connection) }
                })
        } catch { return .failure(error) }
    }
}
