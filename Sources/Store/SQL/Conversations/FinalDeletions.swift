/// Removes the rows of deleted conversations that nobody can restore any more, in parts.
///
/// The flags `is_final` are the note of what is to do: work that a crash cuts off goes on at the next start.
enum FinalDeletions {
    /// Number of rows that one transaction deletes, so that other writes wait for a tenth of a second at most.
    private static let rowsAtOnce = 500

    /// Removes the rows of all final deletions. Other writes come between the parts.
    static func remove(from database: any SQLDatabase) async throws(StoreError) {
        guard try await isNeeded(database) else { return }
        while try await database.delete(
            .serializable,
            { (connection) throws(StoreError) -> Bool in
                let next = try connection.integer("SELECT number FROM deleted_conversations WHERE is_final ORDER BY number LIMIT 1")
                guard let next else { return false }
                try removePart(of: next, on: connection)
                return true
            })
        {}
    }

    /// Returns true when a final deletion has rows.
    static func isNeeded(_ database: any SQLDatabase) async throws(StoreError) -> Bool {
        try await database.read { (connection) throws(StoreError) in
            try connection.integer("SELECT 1 FROM deleted_conversations WHERE is_final LIMIT 1") != nil
        }
    }

    /// Removes some rows of a final deletion of an archive.
    ///
    /// - Returns: false when the archive has no deletions.
    static func removePart(ofArchive archive: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        let next = try connection.integer("SELECT number FROM deleted_conversations WHERE archive = ? ORDER BY number LIMIT 1", [.integer(archive)])
        guard let next else { return false }
        try removePart(of: next, on: connection)
        return true
    }

    private static func removePart(of deletion: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            "DELETE FROM deleted_rows WHERE number IN (SELECT number FROM deleted_rows WHERE deletion = ? LIMIT ?)",
            [.integer(deletion), .integer(rowsAtOnce)])
        guard try connection.changedRows() < rowsAtOnce else { return }
        try connection.run("DELETE FROM deleted_conversations WHERE number = ?", [.integer(deletion)])
        // The words have left the rows only now, and are still in the database's files.
        try SQLConversationStore.noteErasure(of: .words, on: connection)
    }
}
