internal import Admission
internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Speech
internal import Store

/// Operations that search conversations.
struct SearchOperations: Sendable {
    let store: any ConversationStores
    /// Model that embeds texts for a search by meaning; nil when there is none.
    let embedding: (any TextEmbedding)?
    let clock: UserClock

    private static let pages = PageParameters("hits", standard: 20, most: SearchQuery.maxHits)

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/search", .read, summary: "Finds segments by words, by meaning, or by both, the best first.",
                query: [
                    .init(
                        "q", "string", required: true,
                        "Words, in any order, and phrases in double quotes. Stop words count in quotes, or where there are no other words."),
                    .init("by", "string", "The kind of search: words, meaning or both. Default: both."),
                    .init("from", "string", "Searches conversations that began at this time or later: \(UserClock.meaning)"),
                    .init("to", "string", "Searches conversations that began before this time."),
                    .init("person", "string", "Searches only the words of this person: an id, or `user` for yourself."),
                    .init("conversation", "string", "Searches only this conversation."),
                    .init("gaps", "boolean", ConversationGap.filter),
                ] + Self.pages.fields,
                answer: .object([
                    .init(
                        "hits", "[SearchHit]", required: true, "The best first."),
                    PageParameters.next,
                    .init(
                        "words_found", "boolean?", required: true,
                        "False if no segment has a word of the query, stop words such as \"the\" aside: the hits are near in meaning only. null if words "
                            + "were not searched for."),
                    .init(
                        "is_capped", "boolean", required: true,
                        "True if the search ended at its limit of \(SearchQuery.maxHits) hits on all pages: there may be more, which a filter or more words "
                            + "bring."),
                ])
            ) { request throws(APIError) in
                guard let text = request.query.first("q"), text.contains(where: { !$0.isWhitespace }) else {
                    throw .badRequest("q is missing: give the words to search for.")
                }
                guard text.utf8.count <= SearchQuery.maxText else { throw .badRequest("q takes at most \(SearchQuery.maxText) bytes.") }
                let from = try await clock.moment("from", of: request), to = try await clock.moment("to", of: request)
                let asked = try Self.pages.page(of: request)
                let query = SearchQuery(
                    text, by: try Self.by(request), speaker: request.speaker, in: request.query.first("conversation").map { ID($0) }, from: from,
                    to: to, hasGaps: try request.queryFlag("gaps"), cursor: asked.cursor, limit: asked.limit)
                let page = try await APIError.stored { () throws(StoreError) in
                    try await store.search(query, embedding: embedding, of: request.user)
                }
                return .json { SearchDocument.write(page, to: &$0) }
            }
        ]
    }

    private static func by(_ request: APIRequest) throws(APIError) -> SearchQuery.By {
        switch request.query.first("by") {
        case nil, "both": .both
        case "words": .words
        case "meaning": .meaning
        case .some: throw .badRequest("by takes words, meaning or both.")
        }
    }
}
