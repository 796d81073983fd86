extension SQLConversationStore {
    package func settle() async throws(StoreError) { try await removal.settle() }

    package func isErasing() async throws(StoreError) -> Bool {
        if try await hasDeletedUsers() { return true }
        return try await removal.isErasing()
    }

    package func takeUpErasures() async throws(StoreError) { try await removal.takeUp() }

    /// Starts to erase deleted words and files from the disk soon.
    func startErasing(_ gathering: DeletedDataRemoval.Gathering = .deletions) {
        Task { await removal.begin(gathering) }
    }

    /// Starts to give back segments that are left of voices whose owners were set. A failure leaves the note, which `settle` takes up.
    func startReclaiming() {
        Task { [database] in try? await ReclaimedSegments.finish(in: database) }
    }

    /// The data that a deletion leaves in the database's files until they are erased.
    enum Remains {
        /// Words in the pages of the index, and rows in the log.
        case words
        /// Rows in the log only.
        case rows
    }

    /// Records that something is to be erased. Whoever deletes for somebody calls it in the same transaction; `ErasureTriggers` records, to be erased
    /// within an hour, what goes by itself.
    ///
    /// The record gets a number that no other deletion had: an erasure removes the record of its own number only. A count would begin anew with each
    /// record, and two processes that erase at the same time would take a later deletion for their own. The number is negative while there are only edits.
    static func noteErasure(
        of remains: Remains, _ gathering: DeletedDataRemoval.Gathering = .deletions, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        let number = Int64.random(in: 1...Int64.max)
        try connection.run(
            """
            INSERT INTO erasures (number, deletions, has_words) VALUES (1, ?2, ?1) ON CONFLICT (number) DO UPDATE
            SET deletions = CASE WHEN erasures.deletions > 0 THEN abs(excluded.deletions) ELSE excluded.deletions END,
                has_words = erasures.has_words OR excluded.has_words
            """, [.flag(remains == .words), .integer(gathering == .edits ? -number : number)])
    }
}
