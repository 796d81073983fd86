package import Speech

extension SQLConversationStore {
    /// Numbers of conversations, of rows of another kind, and of sums that one transaction deletes, so that other writes wait for a tenth of a second at
    /// most. A conversation may have 50,000 segments: its segments and windows are rows, too.
    private static let conversationsAtOnce = 20, rowsAtOnce = 500, sumsAtOnce: Int64 = 5_000

    package func beginDeletion(of user: ID<User>) async throws(StoreError) -> Bool {
        let now = now()
        let begun = try await database.delete(.user(user)) { (connection) throws(StoreError) -> (isKnown: Bool, archive: Int64?) in
            guard user != .deleted, try Self.isKnown(user, on: connection) else { return (false, nil) }
            try connection.run(
                "INSERT INTO deleted_users (user, since) VALUES (?, ?) ON CONFLICT DO NOTHING", [.text(user.rawValue), .time(now)])
            try connection.run(
                "UPDATE access_keys SET revoked_at = coalesce(revoked_at, ?) WHERE user = ?", [.time(now), .text(user.rawValue)])
            return (true, try UserPartition.findDeleted(user, on: connection)?.number)
        }
        // Nobody searches in the user's windows any more.
        if let archive = begun.archive { windowIndex.drop(archive: archive) }
        if begun.isKnown { revisions.tell(user) }
        return begun.isKnown
    }

    package func deletions() async throws(StoreError) -> [PendingUserDeletion] {
        try await database.read { (connection) throws(StoreError) in
            var deletions: [PendingUserDeletion] = []
            try connection.run(
                """
                SELECT d.user, d.since, (SELECT count(*) FROM archives a JOIN conversations c ON c.archive = a.number WHERE a.user = d.user)
                FROM deleted_users d ORDER BY d.since, d.user
                """
            ) { (row) throws(StoreError) in
                deletions.append(PendingUserDeletion(user: ID(row.text(0) ?? ""), since: row.time(1), conversations: Int(row.integer(2) ?? 0)))
            }
            return deletions
        }
    }

    /// Returns true while the database has rows of users who are being deleted.
    func hasDeletedUsers() async throws(StoreError) -> Bool {
        for deletion in try await deletions() {
            let isKnown = try await database.read(for: deletion.user) { (connection) throws(StoreError) in
                try Self.isKnown(deletion.user, on: connection)
            }
            if isKnown { return true }
        }
        return false
    }

    package func belongings(of user: ID<User>) async throws(StoreError) -> UserBelongings {
        try await database.read(for: user) { (connection) throws(StoreError) in
            var found = UserBelongings(uploads: [], jobs: [])
            // Each query sees by itself whether the deletion goes on.
            try connection.run(
                "SELECT id FROM uploads WHERE user = ? AND user IN (SELECT d.user FROM deleted_users d)", [.text(user.rawValue)]
            ) { (row) throws(StoreError) in found.uploads.append(ID(row.text(0) ?? "")) }
            try connection.run(
                "SELECT id FROM jobs WHERE user = ? AND user IN (SELECT d.user FROM deleted_users d)", [.text(user.rawValue)]
            ) { (row) throws(StoreError) in found.jobs.append(ID(row.text(0) ?? "")) }
            return found
        }
    }

    package func deleteRows(of user: ID<User>, sessions: [ID<Session>]) async throws(StoreError) -> Bool {
        let now = now()
        let wasKnown = try await database.delete(.user(user)) { (connection) throws(StoreError) -> Bool in
            // Another process may have ended the deletion: what there is now was stored after it.
            guard try UserPartition.isDeleted(user, on: connection) else { return false }
            // The transcripts of sessions may be all that there is.
            if !sessions.isEmpty { try Self.forget(.list(sessions), now: now, on: connection) }
            guard try Self.isKnown(user, on: connection) else { return false }
            let archive = try UserPartition.findDeleted(user, on: connection)
            var isLastPart = true
            if let archive { isLastPart = try !Self.deleteConversations(of: archive, now: now, on: connection) }
            if isLastPart, let archive { isLastPart = try !Self.removeDeletions(of: archive, now: now, on: connection) }
            if isLastPart { isLastPart = try !Self.removeNamesFromRuns(of: user, now: now, on: connection) }
            if isLastPart { isLastPart = try !Self.deleteOrders(of: user, on: connection) }
            if isLastPart { isLastPart = try !Self.removeNameFromSums(of: user, on: connection) }
            if isLastPart, let archive { isLastPart = try !Self.deleteVoices(of: archive, on: connection) }
            if isLastPart {
                try Self.deleteArchive(archive, on: connection)
                try Self.forget(.open(user), now: now, on: connection)
                try Self.removeNames(of: user, now: now, on: connection)
            }
            try Self.noteErasure(of: .words, on: connection)
            return true
        }
        if wasKnown { startErasing() }
        return wasKnown
    }

    package func endDeletion(of user: ID<User>) async throws(StoreError) {
        try await database.delete(.user(user)) { (connection) throws(StoreError) in
            try connection.run("DELETE FROM deleted_users WHERE user = ?", [.text(user.rawValue)])
            try Self.noteErasure(of: .rows, on: connection)
        }
        startErasing()
    }

    // MARK: Parts of these

    private static func isKnown(_ user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        try connection.integer(
            """
            SELECT EXISTS (SELECT 1 FROM archives WHERE user = ?1) OR EXISTS (SELECT 1 FROM users WHERE id = ?1)
            OR EXISTS (SELECT 1 FROM jobs WHERE user = ?1) OR EXISTS (SELECT 1 FROM uploads WHERE user = ?1)
            OR EXISTS (SELECT 1 FROM background_recordings WHERE user = ?1) OR EXISTS (SELECT 1 FROM usage_days WHERE user = ?1)
            OR EXISTS (SELECT 1 FROM usage_runs WHERE user = ?1) OR EXISTS (SELECT 1 FROM usage_outbox WHERE json_extract(record, '$.user') = ?1)
            """, [.text(user.rawValue)]) == 1
    }

    /// Some sessions of a user.
    private enum SomeSessions {
        case list([ID<Session>])
        /// Those of conversations, by the numbers of their rows.
        case conversations([Int64])
        /// Those of deleted conversations that can be restored, by the numbers of the deletions.
        case deletions([Int64])
        /// Those of runs, by their ids.
        case runs([String])
        /// Those whose usage is not booked yet.
        case open(ID<User>)

        var statement: StaticString {
            switch self {
            case .list: "SELECT value AS session FROM json_each(?1)"
            case .conversations:
                "SELECT p.session FROM session_parts p WHERE p.conversation IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))"
            case .deletions: "SELECT session FROM forgotten_speech WHERE deletion IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))"
            case .runs: "SELECT json_extract(record, '$.session_id') AS session FROM usage_runs WHERE run IN (SELECT value FROM json_each(?1))"
            case .open: "SELECT json_extract(record, '$.session_id') AS session FROM usage_outbox WHERE json_extract(record, '$.user') = ?1"
            }
        }

        var parameter: SQLValue {
            switch self {
            case .list(let sessions): .text(SegmentCoding.list(sessions.map(\.rawValue)))
            case .conversations(let numbers), .deletions(let numbers): .numbers(numbers)
            case .runs(let ids): .text(SegmentCoding.list(ids))
            case .open(let user): .text(user.rawValue)
            }
        }
    }

    /// Records that all words of the sessions must be forgotten.
    private static func forget(_ sessions: SomeSessions, now: UnixTime, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            ComposedSQL(
                "INSERT INTO forgotten_speech (session, channel, begins, ends, noted_at) SELECT session, NULL, 0, NULL, ?2 FROM (",
                "SELECT DISTINCT session FROM (", sessions.statement,
                """
                ) named) s WHERE session IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM forgotten_speech f WHERE f.session = s.session AND f.channel IS NULL AND f.begins = 0 AND f.ends IS NULL)
                """), [sessions.parameter, .time(now)])
    }

    /// Deletes some conversations. Of a long one it may delete some rows only.
    ///
    /// - Returns: false when the user has no conversations.
    private static func deleteConversations(
        of archive: UserPartition, now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Bool {
        var conversations: [Int64] = []
        try connection.run(
            "SELECT number FROM conversations WHERE archive = ? LIMIT ?", [.integer(archive.number), .integer(conversationsAtOnce)]
        ) { (row) throws(StoreError) in
            if let number = row.integer(0) { conversations.append(number) }
        }
        guard !conversations.isEmpty else { return false }
        try forget(.conversations(conversations), now: now, on: connection)
        var left = rowsAtOnce
        for conversation in conversations {
            for statement in rowsOfConversation where left > 0 {
                try connection.run(statement, [.integer(conversation), .integer(left)])
                left -= try connection.changedRows()
            }
            // There may be more rows.
            guard left > 0 else { break }
            try connection.run(
                "INSERT INTO abandoned_files (file) SELECT file FROM conversation_audio WHERE conversation = ? ON CONFLICT DO NOTHING",
                [.integer(conversation)])
            try connection.run("DELETE FROM conversations WHERE number = ?", [.integer(conversation)])
        }
        return true
    }

    /// The statements that delete some of the rows of which a conversation may have many.
    private static let rowsOfConversation: [StaticString] = [
        "DELETE FROM segments WHERE number IN (SELECT number FROM segments WHERE conversation = ? LIMIT ?)",
        "DELETE FROM windows WHERE number IN (SELECT number FROM windows WHERE conversation = ? LIMIT ?)",
    ]

    /// Deletes for good some of the conversations that can be restored, or some rows of those whose deletion is final.
    ///
    /// - Returns: false when the user has no deleted conversations.
    private static func removeDeletions(
        of archive: UserPartition, now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Bool {
        let some = try someDeletions(of: archive, on: connection)
        guard !some.isEmpty else { return try FinalDeletions.removePart(ofArchive: archive.number, on: connection) }
        try forget(.deletions(some), now: now, on: connection)
        for deletion in some { try end(deletion, now: now, on: connection) }
        return true
    }

    /// Removes the user's name from some booked runs, and records that the words of the runs' sessions must be forgotten.
    ///
    /// - Returns: false when the user has no booked runs.
    private static func removeNamesFromRuns(
        of user: ID<User>, now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Bool {
        var runs: [String] = []
        try connection.run("SELECT run FROM usage_runs WHERE user = ? LIMIT ?", [.text(user.rawValue), .integer(rowsAtOnce)]) {
            (row) throws(StoreError) in
            if let run = row.text(0) { runs.append(run) }
        }
        guard !runs.isEmpty else { return false }
        try forget(.runs(runs), now: now, on: connection)
        try connection.run(
            """
            UPDATE usage_runs SET user = ?2,
            record = json_set(json_remove(record, '$.key', '$.conversation_id', '$.session_id', '$.session_start_ns', '$.channel_count'), '$.user', ?2)
            WHERE run IN (SELECT value FROM json_each(?1))
            """, [.text(SegmentCoding.list(runs)), .text(ID<User>.deleted.rawValue)])
        return true
    }

    /// Deletes some voices, or the samples of speech.
    ///
    /// - Returns: false when the user had no voices.
    private static func deleteVoices(of archive: UserPartition, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        let number: [SQLValue] = [.integer(archive.number)]
        try connection.run(
            "DELETE FROM voices WHERE number IN (SELECT number FROM voices WHERE archive = ? LIMIT ?)", number + [.integer(rowsAtOnce)])
        if try connection.changedRows() > 0 { return true }
        try connection.run(
            "INSERT INTO abandoned_files (file) SELECT file FROM speech_samples WHERE archive = ? AND file IS NOT NULL ON CONFLICT DO NOTHING",
            number)
        try connection.run("DELETE FROM speech_samples WHERE archive = ?", number)
        return false
    }

    /// Deletes what a user has left once the conversations and the voices are gone.
    private static func deleteArchive(_ archive: UserPartition?, on connection: borrowing SQLConnection) throws(StoreError) {
        guard let archive else { return }
        let number: [SQLValue] = [.integer(archive.number)]
        try connection.run("DELETE FROM people WHERE archive = ?", number)
        try connection.run("DELETE FROM settings WHERE archive = ?", number)
        try connection.run("DELETE FROM provider_keys WHERE archive = ?", number)
        try connection.run("DELETE FROM archives WHERE number = ?", number)
    }

    /// Deletes some jobs, or the uploads and recordings that come in chunks.
    ///
    /// - Returns: false when there were no jobs.
    private static func deleteOrders(of user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        let name = SQLValue.text(user.rawValue)
        try connection.run(
            "DELETE FROM jobs WHERE number IN (SELECT number FROM jobs WHERE user = ? LIMIT ?)", [name, .integer(rowsAtOnce)])
        if try connection.changedRows() > 0 { return true }
        try connection.run("DELETE FROM uploads WHERE user = ?", [name])
        try connection.run("DELETE FROM background_recordings WHERE user = ?", [name])
        return false
    }

    /// Removes the user's name from some sums of the usage.
    ///
    /// - Returns: false when the user has no sums.
    private static func removeNameFromSums(of user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        // A day has a row for each key, engine and kind of work: the last day of a part is taken whole.
        var last: String?
        try connection.run(
            "SELECT max(day) FROM (SELECT day FROM usage_days WHERE user = ? ORDER BY day LIMIT ?) first",
            [.text(user.rawValue), .integer(sumsAtOnce)]
        ) { (row) throws(StoreError) in last = row.text(0) }
        guard let last else { return false }
        let parameters: [SQLValue] = [.text(user.rawValue), .text(ID<User>.deleted.rawValue), .text(last)]
        try connection.run(
            ComposedSQL(
                """
                INSERT INTO usage_days (day, user, access_key, provider, model, workload, payer, runs, failed, audio, speech, billable, cost, unpriced,
                retries, fallbacks, segments, words, speakers, identified)
                SELECT day, ?2, '', provider, model, workload, payer, sum(runs), sum(failed), sum(audio), sum(speech), sum(billable), sum(cost),
                sum(unpriced), sum(retries), sum(fallbacks), sum(segments), sum(words), sum(speakers), sum(identified)
                FROM usage_days WHERE user = ?1 AND day <= ?3
                GROUP BY day, provider, model, workload, payer

                """) + UsageDay.addition, parameters)
        try connection.run("DELETE FROM usage_days WHERE user = ?1 AND day <= ?2", [.text(user.rawValue), .text(last)])
        return true
    }

    /// Removes the user's name from usage that is not booked, and from the access keys. A key stays as a revoked one, because an installation without keys
    /// would be open to everybody.
    private static func removeNames(of user: ID<User>, now: UnixTime, on connection: borrowing SQLConnection) throws(StoreError) {
        let names: [SQLValue] = [.text(user.rawValue), .text(ID<User>.deleted.rawValue)]
        try connection.run(
            """
            UPDATE usage_outbox
            SET record = json_set(json_remove(record, '$.key', '$.conversation_id', '$.session_id', '$.session_start_ns', '$.channel_count'), '$.user', ?2)
            WHERE json_extract(record, '$.user') = ?1
            """, names)
        try connection.run("INSERT INTO users (id, created_at) VALUES (?, 0) ON CONFLICT DO NOTHING", [names[1]])
        // A key that was made while the deletion began is not revoked yet.
        try connection.run(
            """
            UPDATE access_keys SET user = ?2, name = NULL, prefix = '', hash = randomblob(32), revoked_at = coalesce(revoked_at, ?3) WHERE user = ?1
            """, names + [.time(now)])
        try connection.run("DELETE FROM users WHERE id = ?", [.text(user.rawValue)])
    }
}
