internal import Conversations
package import Speech

/// The store of recordings that come in chunks, in one SQLite file.
package final class SQLChunkStore: ChunkStore {
    private let database: any SQLDatabase

    package init(in database: any SQLDatabase) { self.database = database }

    package func begin(_ recording: StoredRecording, now: UnixTime) async throws(StoreError) -> Bool {
        try await database.write(.user(recording.user)) { (connection) throws(StoreError) in
            try connection.run(
                """
                INSERT INTO background_recordings (user, conversation, state, language, since, pause) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """,
                [
                    .text(recording.user.rawValue), .text(recording.conversation), .text(recording.state), .text(recording.language?.rawValue),
                    .time(now), .duration(recording.pause),
                ])
            return try connection.changedRows() == 1
        }
    }

    package func find(_ conversation: String, of user: ID<User>) async throws(StoreError) -> StoredRecording? {
        try await database.read(for: user) { (connection) throws(StoreError) in try Self.find(conversation, user, on: connection) }
    }

    private static func find(_ conversation: String, _ user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError)
        -> StoredRecording?
    {
        var found: StoredRecording?
        try connection.run(
            "SELECT state, language, pause FROM background_recordings WHERE user = ? AND conversation = ?",
            [.text(user.rawValue), .text(conversation)]
        ) { (row) throws(StoreError) in
            found = StoredRecording(
                user: user, conversation: conversation, state: row.text(0) ?? "", language: row.text(1).map { LanguageTag($0) },
                pause: row.integer(2).map { .nanoseconds($0) })
        }
        return found
    }

    package func standing(_ state: String, isAbandoned: Bool) async throws(StoreError) -> [StoredRecording] {
        try await database.read { (connection) throws(StoreError) in
            var found: [StoredRecording] = []
            try connection.run(
                isAbandoned && connection.isRemote
                    ? """
                    SELECT user, conversation, language FROM background_recordings WHERE state = ?
                    AND NOT coalesce(replica_lives(replica), FALSE)
                    """
                    : "SELECT user, conversation, language FROM background_recordings WHERE state = ?", [.text(state)]
            ) { (row) throws(StoreError) in
                found.append(
                    StoredRecording(
                        user: ID(row.text(0) ?? ""), conversation: row.text(1) ?? "", state: state, language: row.text(2).map { LanguageTag($0) }))
            }
            return found
        }
    }

    package func move(_ conversation: String, of user: ID<User>, from: [String], to state: String, now: UnixTime) async throws(StoreError) -> Bool {
        try await database.write(.user(user)) { (connection) throws(StoreError) in
            guard let found = try Self.find(conversation, user, on: connection), from.contains(found.state) else { return false }
            try connection.run(
                "UPDATE background_recordings SET state = ?, since = ? WHERE user = ? AND conversation = ?",
                [.text(state), .time(now), .text(user.rawValue), .text(conversation)])
            return true
        }
    }

    package func finish(
        _ conversation: String, of user: ID<User>, from: [String], to state: String, now: UnixTime, emptied: @escaping @Sendable (String) -> String
    ) async throws(StoreError) {
        try await database.write(.user(user)) { (connection) throws(StoreError) in
            guard let found = try Self.find(conversation, user, on: connection), from.contains(found.state) else { return }
            try connection.run(
                "UPDATE background_recordings SET state = ?, since = ? WHERE user = ? AND conversation = ?",
                [.text(state), .time(now), .text(user.rawValue), .text(conversation)])
            for chunk in try Self.accepted(conversation, user, on: connection) {
                try connection.run(
                    "UPDATE background_chunks SET record = ? WHERE user = ? AND conversation = ? AND chunk = ?",
                    [.text(chunk.record.map(emptied)), .text(user.rawValue), .text(conversation), .text(chunk.id)])
            }
        }
    }

    /// Forgets the words of a deleted conversation's chunks. No word is added later.
    static func forget(_ conversation: ID<Conversation>, of user: ID<User>, on connection: borrowing SQLConnection) throws(StoreError) {
        let names: [SQLValue] = [.text(user.rawValue), .text(conversation.rawValue)]
        try connection.run("DELETE FROM background_chunks WHERE user = ? AND conversation = ?", names)
        try connection.run("UPDATE background_recordings SET state = 'finished' WHERE user = ? AND conversation = ?", names)
    }

    package func quiet(since time: UnixTime, state: String) async throws(StoreError) -> [StoredRecording] {
        try await database.read { (connection) throws(StoreError) in
            var found: [StoredRecording] = []
            try connection.run(
                """
                SELECT user, conversation, language FROM background_recordings r WHERE state = ?1 AND since < ?2 AND NOT EXISTS (
                    SELECT 1 FROM background_chunks c WHERE c.user = r.user AND c.conversation = r.conversation
                    AND (c.accepted_at IS NULL OR c.accepted_at >= ?2))
                """, [.text(state), .time(time)]
            ) { (row) throws(StoreError) in
                found.append(
                    StoredRecording(
                        user: ID(row.text(0) ?? ""), conversation: row.text(1) ?? "", state: state, language: row.text(2).map { LanguageTag($0) }))
            }
            return found
        }
    }

    package func reserve<Verdict: Sendable>(
        _ chunk: StoredChunk, in conversation: String, of user: ID<User>,
        decide: @escaping @Sendable (StoredChunk?, StoredRecording) -> (verdict: Verdict, isNew: Bool)
    ) async throws(StoreError) -> (verdict: Verdict, known: StoredChunk?)? {
        try await database.write(.user(user)) { (connection) throws(StoreError) in
            guard let recording = try Self.find(conversation, user, on: connection) else { return nil }
            var known: StoredChunk?
            try connection.run(
                "SELECT chunk, hash, start_at, length, run, record FROM background_chunks WHERE user = ? AND conversation = ? AND chunk = ?",
                [.text(user.rawValue), .text(conversation), .text(chunk.id)]
            ) { (row) throws(StoreError) in known = StoredChunk(row) }
            let (verdict, isNew) = decide(known, recording)
            if isNew {
                try connection.run(
                    "INSERT INTO background_chunks (user, conversation, chunk, hash, start_at, length) VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        .text(user.rawValue), .text(conversation), .text(chunk.id), .text(chunk.hash), .duration(chunk.start),
                        .duration(chunk.duration),
                    ])
            }
            return (verdict, known)
        }
    }

    package func accept(
        _ chunk: StoredChunk, _ run: UsageRecord, in conversation: String, of user: ID<User>, now: UnixTime
    ) async throws(StoreError) -> [StoredChunk]? {
        try await database.write(.user(user)) { (connection) throws(StoreError) in
            let others = try Self.accepted(conversation, user, on: connection)
            // The attempt was made, so the ledger gets it even if the recording is gone.
            try SQLUsageStore.note(run, on: connection)
            try connection.run(
                """
                UPDATE background_chunks SET start_at = ?, length = ?, run = ?, record = ?, accepted_at = ?
                WHERE user = ? AND conversation = ? AND chunk = ? AND record IS NULL
                """,
                [
                    .duration(chunk.start), .duration(chunk.duration), .text(run.id.rawValue), .text(chunk.record), .time(now),
                    .text(user.rawValue), .text(conversation), .text(chunk.id),
                ])
            return try connection.changedRows() == 1 ? others : nil
        }
    }

    package func release(_ chunk: String, in conversation: String, of user: ID<User>) async throws(StoreError) {
        try await database.write(.user(user)) { (connection) throws(StoreError) in
            try connection.run(
                "DELETE FROM background_chunks WHERE user = ? AND conversation = ? AND chunk = ? AND record IS NULL",
                [.text(user.rawValue), .text(conversation), .text(chunk)])
        }
    }

    package func recover(now: UnixTime) async throws(StoreError) {
        let oldest = UnixTime(milliseconds: now.milliseconds - Int64(StoredRecording.retention / .milliseconds(1)))
        try await database.write { (connection) throws(StoreError) in
            try connection.run(
                connection.isRemote
                    ? "DELETE FROM background_chunks WHERE record IS NULL AND NOT coalesce(replica_lives(replica), FALSE)"
                    : "DELETE FROM background_chunks WHERE record IS NULL")
            try connection.run("DELETE FROM background_recordings WHERE state = 'finished' AND since < ?", [.time(oldest)])
        }
    }

    package func accepted(_ conversation: String, of user: ID<User>, unless state: String) async throws(StoreError) -> [StoredChunk]? {
        try await database.read(for: user) { (connection) throws(StoreError) in
            guard let found = try Self.find(conversation, user, on: connection), found.state != state else { return nil }
            return try Self.accepted(conversation, user, on: connection)
        }
    }

    package func accepted(_ conversation: String, of user: ID<User>, having text: String) async throws(StoreError) -> [StoredChunk] {
        try await database.read(for: user) { (connection) throws(StoreError) in
            try Self.accepted(conversation, user, having: text, on: connection)
        }
    }

    /// Returns the recognized chunks of a recording.
    ///
    /// - Parameter text: text that stands in the record of each; empty: all.
    private static func accepted(
        _ conversation: String, _ user: ID<User>, having text: String = "", on connection: borrowing SQLConnection
    ) throws(StoreError) -> [StoredChunk] {
        var chunks: [StoredChunk] = []
        try connection.run(
            """
            SELECT chunk, hash, start_at, length, run, record FROM background_chunks
            WHERE user = ? AND conversation = ? AND record IS NOT NULL AND instr(record, ?) > 0
            """, [.text(user.rawValue), .text(conversation), .text(text)]
        ) { (row) throws(StoreError) in chunks.append(StoredChunk(row)) }
        return chunks
    }

    package func underWay(_ conversation: String, of user: ID<User>) async throws(StoreError) -> Int {
        try await database.write(.user(user)) { (connection) throws(StoreError) in
            Int(
                try connection.integer(
                    "SELECT count(*) FROM background_chunks WHERE user = ? AND conversation = ? AND record IS NULL",
                    [.text(user.rawValue), .text(conversation)]) ?? 0)
        }
    }
}

extension StoredChunk {
    /// Reads a row of the columns chunk, hash, start_at, length, run, record.
    fileprivate init(_ row: borrowing SQLRow) {
        self.init(
            id: row.text(0) ?? "", hash: row.text(1) ?? "", start: row.duration(2), duration: row.duration(3), run: row.text(4).map { ID($0) },
            record: row.text(5))
    }
}
