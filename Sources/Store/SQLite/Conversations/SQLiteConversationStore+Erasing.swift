import Conversations
import Speech

extension SQLiteConversationStore {
    package func settle() async throws(StoreError) {}

    /// Begins to take deleted words and files off the disk, unless that is under way.
    func startErasing() {}
}
