/// Gives segments that automation had assigned otherwise back to a voice whose owner was set, in parts.
///
/// The rows of `reclaimed_voices` are the note of what is to do: work that a crash cuts off goes on at the next start. Until then the segments that
/// are left name the one to whom automation had given them.
enum ReclaimedSegments {
    /// Number of segments that one transaction changes, so that other writes wait for a tenth of a second at most.
    static let segmentsAtOnce = 500

    /// Gives the first segments back, and notes what is left. The caller calls `startReclaiming` afterwards.
    ///
    /// - Parameter voice: number of the voice's row.
    static func begin(for voice: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            """
            UPDATE segments SET person = NULL, is_user = FALSE WHERE number IN (
                SELECT number FROM segments INDEXED BY segments_assigned
                WHERE voice IN (SELECT number FROM voices WHERE number = ?1 OR joined_to = ?1)
                AND voice IS NOT NULL AND (person IS NOT NULL OR is_user) AND identified_by IS DISTINCT FROM 'manual' LIMIT ?2)
            """, [.integer(voice), .integer(segmentsAtOnce)])
        guard try connection.changedRows() == segmentsAtOnce else { return }
        // Segments that come later are not meant. Each merged voice has a note of its own, because it may be merged into another one meanwhile.
        try connection.run(
            """
            INSERT INTO reclaimed_voices (voice, last_segment)
            SELECT v.number, (SELECT a.number << 32 | (a.next_segment - 1) FROM archives a WHERE a.number = v.archive) FROM voices v
            WHERE v.number = ?1 OR v.joined_to = ?1 ON CONFLICT (voice) DO UPDATE SET last_segment = excluded.last_segment
            """, [.integer(voice)])
    }

    /// Gives back all segments that are left. Other writes come between the parts.
    ///
    /// - Parameter isForDeletions: true if deletions wait for it: a full disk gives up the room that is kept for them.
    static func finish(in database: any SQLDatabase, isForDeletions: Bool = false) async throws(StoreError) {
        let isNeeded = try await database.read { (connection) throws(StoreError) in
            try connection.integer("SELECT 1 FROM reclaimed_voices LIMIT 1") != nil
        }
        guard isNeeded else { return }
        if isForDeletions {
            while try await database.delete(.serializable, { (connection) throws(StoreError) in try finishPart(on: connection) }) {}
        } else {
            while try await database.write({ (connection) throws(StoreError) in try finishPart(on: connection) }) {}
        }
    }

    /// Gives back some segments.
    ///
    /// - Parameter archive: the user whose voices get segments back; nil: all users.
    /// - Returns: false when nothing is left to do.
    static func finishPart(of archive: UserPartition? = nil, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        var left = segmentsAtOnce
        while left > 0 {
            var note: (voice: Int64, last: Int64)?
            try connection.run(
                """
                SELECT n.voice, n.last_segment FROM reclaimed_voices n
                WHERE ?1 IS NULL OR (SELECT v.archive FROM voices v WHERE v.number = n.voice) = ?1 ORDER BY n.voice LIMIT 1
                """, [.integer(archive?.number)]
            ) { (row) throws(StoreError) in
                if let voice = row.integer(0), let last = row.integer(1) { note = (voice, last) }
            }
            guard let note else { return false }
            try connection.run(
                """
                UPDATE segments SET person = NULL, is_user = FALSE WHERE number IN (
                    SELECT number FROM segments INDEXED BY segments_assigned WHERE voice = ?1 AND number <= ?2
                    AND voice IS NOT NULL AND (person IS NOT NULL OR is_user) AND identified_by IS DISTINCT FROM 'manual' LIMIT ?3)
                """, [.integer(note.voice), .integer(note.last), .integer(left)])
            let changed = try connection.changedRows()
            if changed < left { try connection.run("DELETE FROM reclaimed_voices WHERE voice = ?", [.integer(note.voice)]) }
            left -= max(1, changed)
        }
        return true
    }
}
