extension SQLConversationStore {
    package func settle() async throws(StoreError) { try await removal.settle() }

    /// Starts to erase deleted words and files from the disk soon.
    func startErasing(_ gathering: DeletedDataRemoval.Gathering = .deletions) {
        Task { await removal.begin(gathering) }
    }

    /// Records that deleted words are still in the pages of the index.
    static func noteErasure(on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            "INSERT INTO erasures (number, deletions) VALUES (1, 1) ON CONFLICT (number) DO UPDATE SET deletions = erasures.deletions + 1")
    }
}
