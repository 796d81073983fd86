internal import Conversations
internal import Live
internal import Speech
internal import Store

/// Titles of chunked recordings.
extension ChunkedRecordings {
    /// Gives a recording's conversation a title, which automation does not replace. A conversation that has a title keeps it.
    ///
    /// - Returns: false when the conversation does not exist any more.
    package nonisolated func setTitle(
        _ place: Place, _ title: String, _ services: RecordingServices
    ) async throws(ChunkedRecordingError) -> Bool {
        let store = services.conversations.store, id = ID<Conversation>(place.conversation)
        return try await ChunkedRecordingError.stored { () throws(StoreError) in
            guard let conversation = try await store.conversation(id, of: place.user) else { return false }
            guard conversation.title == nil else { return true }
            var update = ConversationUpdate(id, title: title)
            update.isTitledByHand = true
            return try await store.write(update, of: place.user)
        }
    }
}
