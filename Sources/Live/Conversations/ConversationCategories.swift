package import Conversations

/// Tells the category of a conversation by the meaning of its title and summary, compared with what the categories are about.
package actor ConversationCategories {
    /// Similarity (cosine) from which a category is told.
    private static let leastSimilarity: Float = 0.12

    private let texts: (any TextEmbedding)?
    /// The vectors of the categories, once they are known.
    private var vectors: [(category: ConversationCategory, vector: [Float])] = []

    /// - Parameter texts: model that embeds texts; nil: every conversation is of the category `other`.
    package init(_ texts: (any TextEmbedding)?) { self.texts = texts }

    package func category(of conversation: Conversation) async -> ConversationCategory {
        let text = [conversation.title, conversation.summary].compactMap(\.self).joined(separator: ". ")
        guard let texts, !text.isEmpty else { return .other }
        do {
            if vectors.isEmpty {
                let named = ConversationCategory.allCases.compactMap { category in category.about.map { (category, $0) } }
                let made = try await texts.embed(named.map { "A conversation about " + $0.1 })
                vectors = zip(named, made).map { ($0.0, $1) }
            }
            guard let own = try await texts.embed([text]).first else { return .other }
            let similarities = vectors.map { entry in (entry.category, zip(entry.vector, own).reduce(Float(0)) { $0 + $1.0 * $1.1 }) }
            guard let best = similarities.max(by: { $0.1 < $1.1 }), best.1 >= Self.leastSimilarity else { return .other }
            return best.0
        } catch {
            return .other
        }
    }
}
