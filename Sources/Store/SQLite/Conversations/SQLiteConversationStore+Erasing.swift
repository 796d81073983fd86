extension SQLiteConversationStore {
    package func settle() async throws(StoreError) { try await eraser.settle() }

    /// Begins soon to take deleted words and files off the disk.
    func startErasing() {
        Task { await eraser.begin() }
    }

    /// Notes that words were deleted which are still in the pages of the index.
    static func noteErasure(on connection: borrowing SQLiteConnection) throws(StoreError) {
        try connection.run(
            "INSERT INTO erasures (number, deletions) VALUES (1, 1) ON CONFLICT (number) DO UPDATE SET deletions = deletions + 1")
    }
}
