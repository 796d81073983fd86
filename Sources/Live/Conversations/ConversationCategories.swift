package import Conversations
package import Speech

/// Tells the category of a conversation by the meaning of its title and summary, compared with what the categories are about.
package actor ConversationCategories {
    /// Similarity (cosine) from which a category is told.
    private static let minSimilarity: Float = 0.2

    private let texts: (any TextEmbedding)?
    private let timeout: Timeout
    /// The vectors of the categories, once they are known.
    private var vectors: [(category: ConversationCategory, vector: [Float])] = []

    /// - Parameters:
    ///   - texts: model that embeds texts; nil: every conversation is of the category `other`.
    ///   - timeout: ends the wait for a model that takes too long.
    package init(_ texts: (any TextEmbedding)?, timeout: Timeout = .system) {
        self.texts = texts
        self.timeout = timeout
    }

    /// Returns the category, or `other` when the model does not tell one within a time.
    func category(of conversation: Conversation, within limit: Duration) async -> ConversationCategory {
        await timeout.outcome(within: limit, late: .other) { await self.category(of: conversation) }
    }

    package func category(of conversation: Conversation) async -> ConversationCategory {
        guard let nearest = await nearest(to: conversation), nearest.similarity >= Self.minSimilarity else { return .other }
        return nearest.category
    }

    /// Returns the category whose description is nearest in meaning, with the similarity (cosine); nil without a model or a text.
    package func nearest(to conversation: Conversation) async -> (category: ConversationCategory, similarity: Float)? {
        let text = [conversation.title, conversation.summary].compactMap(\.self).joined(separator: ". ")
        guard let texts, !text.isEmpty else { return nil }
        do {
            if vectors.isEmpty {
                let named = ConversationCategory.allCases.compactMap { category in category.about.map { (category, $0) } }
                let made = try await texts.embed(named.map { "A conversation about " + $0.1 })
                vectors = zip(named, made).map { ($0.0, $1) }
            }
            guard let own = try await texts.embed([text]).first else { return nil }
            let similarities = vectors.map { entry in (entry.category, zip(entry.vector, own).reduce(Float(0)) { $0 + $1.0 * $1.1 }) }
            return similarities.max { $0.1 < $1.1 }
        } catch {
            return nil
        }
    }
}
