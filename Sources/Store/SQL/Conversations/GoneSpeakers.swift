/// Takes people and voices that are gone out of the segments that still name them, in parts, and deletes their rows.
///
/// The flags `is_gone` are the note of what is to do: work that a crash cuts off goes on at the next start.
enum GoneSpeakers {
    /// Number of segments that one transaction changes, so that other writes wait for a tenth of a second at most.
    private static let segmentsAtOnce = 500

    /// Removes all that are gone. Other writes come between the parts.
    static func remove(from database: any SQLDatabase) async throws(StoreError) {
        guard try await isNeeded(database) else { return }
        while try await database.delete(.serializable, { (connection) throws(StoreError) in try removePart(on: connection) }) {}
    }

    /// Returns true when somebody is gone and not removed.
    static func isNeeded(_ database: any SQLDatabase) async throws(StoreError) -> Bool {
        try await database.read { (connection) throws(StoreError) in
            try connection.integer(
                """
                SELECT 1 WHERE EXISTS (SELECT 1 FROM voices INDEXED BY voices_gone WHERE is_gone AND NOT is_kept)
                OR EXISTS (SELECT 1 FROM people INDEXED BY people_gone WHERE is_gone)
                """) != nil
        }
    }

    /// The statements for voices, and for people.
    private static let kinds: [(next: StaticString, change: StaticString, delete: StaticString)] = [
        (
            next: "SELECT number FROM voices INDEXED BY voices_gone WHERE is_gone AND NOT is_kept ORDER BY joined_to IS NULL, number LIMIT 1",
            change: """
            UPDATE segments SET voice = NULL, identified_by = iif(person IS NULL AND NOT is_user, NULL, identified_by),
            confidence = iif(person IS NULL AND NOT is_user, NULL, confidence)
            WHERE number IN (SELECT number FROM segments WHERE voice = ?1 LIMIT ?2)
            """,
            delete: "DELETE FROM voices WHERE number = ?"
        ),
        (
            next: "SELECT number FROM people INDEXED BY people_gone WHERE is_gone ORDER BY joined_to IS NULL, number LIMIT 1",
            change: """
            UPDATE segments SET person = NULL, voice = NULL, identified_by = NULL, confidence = NULL
            WHERE number IN (SELECT number FROM segments WHERE person = ?1 LIMIT ?2)
            """,
            delete: "DELETE FROM people WHERE number = ?"
        ),
    ]

    /// Changes some segments.
    ///
    /// - Returns: false when nothing is left to do.
    private static func removePart(on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        var left = segmentsAtOnce
        for kind in kinds {
            // Rows that were merged into others go first: the others' rows would take them along.
            while left > 0, let number = try connection.integer(kind.next) {
                try connection.run(kind.change, [.integer(number), .integer(left)])
                let changed = try connection.changedRows()
                if changed < left { try connection.run(kind.delete, [.integer(number)]) }
                left -= max(1, changed)
            }
        }
        return left <= 0
    }
}
