internal import Conversations
internal import Speech
internal import Store

/// Completes conversations that are over: title, summary, what finds them. One at a time for each, and as often as it takes.
actor ConversationCompletion {
    private let store: any ConversationStore
    private let log: Log
    private var underWay: Set<ID<Conversation>> = []

    /// Waits between attempts; after the last one the conversation has failed.
    private static let waits: [Duration] = [.seconds(1), .seconds(5), .seconds(30)]

    init(store: any ConversationStore, log: Log) {
        self.store = store
        self.log = log
    }

    func complete(_ id: ID<Conversation>, of user: ID<User>) async -> Conversation? {
        guard underWay.insert(id).inserted else { return nil }
        defer { underWay.remove(id) }
        for wait in Self.waits + [.zero] {
            do throws(StoreError) {
                return try await attempt(id, of: user)
            } catch {
                log.warning("a conversation could not be completed", [.conversation: id.rawValue, .error: "\(error)"])
            }
            guard wait > .zero else { break }
            try? await Task.sleep(for: wait)
        }
        do throws(StoreError) {
            _ = try await store.write(ConversationUpdate(id, status: .failed), of: user)
        } catch {
            log.error("a conversation that could not be completed stands as it was", [.conversation: id.rawValue, .error: "\(error)"])
        }
        return nil
    }

    private func attempt(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation? {
        guard var conversation = try await store.conversation(id, of: user) else { return nil }
        guard conversation.status == .inProgress || conversation.status == .processing else { return nil }
        guard !conversation.segments.isEmpty else {
            _ = try await store.delete(id, of: user)
            return nil
        }
        _ = try await store.write(ConversationUpdate(id, status: .processing), of: user)
        let summary = ExtractiveSummary(of: conversation.segments.map(\.text))
        conversation.title = conversation.title ?? summary?.title
        conversation.summary = conversation.summary ?? summary?.summary
        conversation.status = .completed
        let update = ConversationUpdate(id, status: .completed, title: conversation.title, summary: conversation.summary)
        return try await store.write(update, of: user) ? conversation : nil
    }
}
