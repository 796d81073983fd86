extension SQLConversationStore {
    package func settle() async throws(StoreError) { try await removal.settle() }

    package func finishErasures() async throws(StoreError) { try await removal.finish() }

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
    /// within an hour, what goes by itself. The words of an edit stay in the index for a day at most.
    ///
    /// A deletion gives the record a new number, and an edit counts in the number that the record has: see `ErasureRecord`.
    static func noteErasure(
        of remains: Remains, _ gathering: DeletedDataRemoval.Gathering = .deletions, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        let number = ErasureRecord.newNumber(deletesWords: remains == .words && gathering == .deletions)
        let mask = remains == .words ? ErasureRecord.wordEdits : ErasureRecord.rowEdits
        try connection.run(
            """
            INSERT INTO erasures (number, deletions, has_words) VALUES (1, ?2, ?1) ON CONFLICT (number) DO UPDATE
            SET deletions = CASE
                    WHEN excluded.deletions > 0 AND erasures.deletions > 0 THEN excluded.deletions | (erasures.deletions & ?6)
                    WHEN excluded.deletions > 0 THEN excluded.deletions ELSE
                    CASE WHEN erasures.deletions > 0 THEN 1 ELSE -1 END
                    * ((abs(erasures.deletions) & ?3) | (((abs(erasures.deletions) & ?4) + ?5) & ?4)) END,
                has_words = erasures.has_words OR excluded.has_words
            """,
            [
                .flag(remains == .words), .integer(gathering == .edits ? -number : number), .integer(~mask), .integer(mask),
                .integer(mask & -mask), .integer(ErasureRecord.deletedWords),
            ])
    }
}
