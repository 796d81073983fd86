package import Conversations
package import Speech

extension SQLConversationStore {
    /// Number of conversations whose deletion one transaction makes final.
    private static let deletionsAtOnce = 20
    /// Number of rows that are sent to a server before their errors are looked at.
    private static let rowsAtOnce = 500

    package func delete(
        _ id: ID<Conversation>, of user: ID<User>, keptUntil time: UnixTime
    ) async throws(StoreError) -> ConversationDeletion? {
        do throws(StoreError) {
            return try await keep(id, of: user, until: time) ? .kept : nil
        } catch {
            // A deletion that keeps rows makes no room.
            guard case .diskFull = error else { throw error }
            return try await delete(id, of: user) ? .forGood : nil
        }
    }

    private func keep(_ id: ID<Conversation>, of user: ID<User>, until time: UnixTime) async throws(StoreError) -> Bool {
        let now = now()
        let kept = try await change(user) { (archive, connection) throws(StoreError) -> (stale: Stale, isRevised: Bool)? in
            guard let number = try archive.conversation(id, on: connection) else { return nil }
            // The id may have been deleted before, and used again.
            for earlier in try Self.deletions(of: id, in: archive, on: connection) { try Self.end(earlier, now: now, on: connection) }
            try SpeakerParts.finishAll(of: number, on: connection)
            let voices = try Self.namelessVoices(in: number, on: connection)
            try Self.moveRows(of: number, keptUntil: time, now: now, on: connection)
            try connection.run("DELETE FROM conversations WHERE number = ?", [.integer(number)])
            try SQLChunkStore.forget(id, of: user, on: connection)
            let isRevised = try Self.forgetUnheard(voices, on: connection)
            if isRevised { try archive.revise(on: connection) }
            return (Stale(archive: archive, conversations: [number]), isRevised)
        }
        guard let kept else { return false }
        if kept.isRevised { revisions.tell(user) }
        forget(kept.stale)
        // An earlier deletion may be final now.
        startErasing()
        return true
    }

    /// Copies all rows of a conversation to the rows of a new deletion.
    private static func moveRows(
        of conversation: Int64, keptUntil time: UnixTime, now: UnixTime, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        let made = try connection.integer(
            """
            INSERT INTO deleted_conversations (archive, id, title, started_at, duration, deleted_at, kept_until)
            SELECT archive, id, title, started_at, coalesce((SELECT max(s.end_at) FROM segments s WHERE s.conversation = ?1), 0), ?2, ?3
            FROM conversations WHERE number = ?1 RETURNING number
            """, [.integer(conversation), .time(now), .time(time)])
        guard let deletion = made else { throw .constraint("the deletion could not be stored") }
        var waiting = 0
        for kept in KeptTable.all {
            try connection.run(kept.selection, [.integer(conversation)]) { (row) throws(StoreError) in
                let text = KeptRow(kept.table.values(row), of: kept.table).text
                try connection.run(
                    "INSERT INTO deleted_rows (deletion, kind, content) VALUES (?, ?, ?)",
                    [.integer(deletion), .text(kept.table.name.description), .text(text)])
                waiting += 1
                guard waiting == Self.rowsAtOnce else { return }
                waiting = 0
                _ = try connection.changedRows()
            }
        }
        let both: [SQLValue] = [.integer(conversation), .integer(deletion)]
        try connection.run(
            """
            INSERT INTO deleted_audio (deletion, file, format, start_at, duration, byte_count, created_at, cut_from, cut_to)
            SELECT ?2, file, format, start_at, duration, byte_count, created_at, cut_from, cut_to FROM conversation_audio WHERE conversation = ?1
            ORDER BY number
            """, both)
        try connection.run(
            "INSERT INTO deleted_voices (deletion, voice) SELECT DISTINCT ?2, voice FROM segments WHERE conversation = ?1 AND voice IS NOT NULL",
            both)
        try forgetSpeech(in: conversation, until: deletion, now: now, on: connection)
    }

    // MARK: The end

    package func endDeletions(keptUntil time: UnixTime) async throws(StoreError) -> Int {
        let now = now()
        var count = 0
        defer { if count > 0 { startErasing() } }
        while true {
            let ended = try await database.delete { (connection) throws(StoreError) in
                var due: [Int64] = []
                try connection.run(
                    "SELECT number FROM deleted_conversations WHERE kept_until <= ? AND NOT is_final ORDER BY kept_until LIMIT ?",
                    [.time(time), .integer(Self.deletionsAtOnce)]
                ) { (row) throws(StoreError) in if let number = row.integer(0) { due.append(number) } }
                for deletion in due { try Self.end(deletion, now: now, on: connection) }
                return due.count
            }
            count += ended
            guard ended == Self.deletionsAtOnce else { return count }
        }
    }

    /// Returns some deletions of a user's conversations that can be restored.
    static func someDeletions(of archive: UserPartition, on connection: borrowing SQLConnection) throws(StoreError) -> [Int64] {
        var some: [Int64] = []
        try connection.run(
            "SELECT number FROM deleted_conversations WHERE archive = ? AND NOT is_final ORDER BY number LIMIT ?",
            [.integer(archive.number), .integer(deletionsAtOnce)]
        ) { (row) throws(StoreError) in if let number = row.integer(0) { some.append(number) } }
        return some
    }

    /// Returns the deletions of a conversation that can be restored, the earliest first.
    static func deletions(
        of id: ID<Conversation>, in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> [Int64] {
        var found: [Int64] = []
        try connection.run(
            "SELECT number FROM deleted_conversations WHERE archive = ? AND id = ? AND NOT is_final ORDER BY number",
            [.integer(archive.number), .text(id.rawValue)]
        ) { (row) throws(StoreError) in if let number = row.integer(0) { found.append(number) } }
        return found
    }

    /// Makes a deletion final. `FinalDeletions` deletes its rows afterwards, in parts. The caller calls `startErasing` afterwards.
    static func end(_ deletion: Int64, now: UnixTime, on connection: borrowing SQLConnection) throws(StoreError) {
        let number: [SQLValue] = [.integer(deletion)]
        try connection.run("UPDATE deleted_conversations SET is_final = TRUE, title = NULL, kept_until = 0 WHERE number = ?", number)
        try connection.run(
            """
            INSERT INTO abandoned_files (file) SELECT DISTINCT file FROM deleted_audio WHERE deletion = ?
            ON CONFLICT (file) DO UPDATE SET due_at = NULL
            """, number)
        try connection.run("DELETE FROM deleted_audio WHERE deletion = ?", number)
        try connection.run(
            "UPDATE forgotten_speech SET deletion = NULL, noted_at = ?2 WHERE deletion = ?1", [.integer(deletion), .time(now)])
        let voices = try keptVoices(of: deletion, on: connection)
        try connection.run("DELETE FROM deleted_voices WHERE deletion = ?", number)
        _ = try forgetUnheard(voices, on: connection)
        try noteErasure(of: .words, on: connection)
    }

    /// Returns the row numbers of the hidden voices of a deletion.
    private static func keptVoices(of deletion: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> [Int64] {
        var voices: [Int64] = []
        try connection.run(
            """
            SELECT DISTINCT w.number FROM deleted_voices d JOIN voices v ON v.number = d.voice
            JOIN voices w ON w.number = coalesce(v.joined_to, v.number) WHERE d.deletion = ? AND w.is_kept
            """, [.integer(deletion)]
        ) { (row) throws(StoreError) in if let number = row.integer(0) { voices.append(number) } }
        return voices
    }

    // MARK: Restoring

    package func deletedConversations(
        of user: ID<User>, after cursor: String?, limit: Int
    ) async throws(StoreError) -> DeletedConversationPage {
        // A cursor that was not made by this store leads to an empty page.
        guard let before = cursor == nil ? Int64.max : cursor.flatMap({ Int64($0) }) else { return DeletedConversationPage() }
        let limit = max(1, min(limit, ConversationLimits.page))
        let page = try await read(user) { (archive, connection) throws(StoreError) -> DeletedConversationPage? in
            var page = DeletedConversationPage(), last: Int64?
            try connection.run(
                """
                SELECT d.number, d.id, d.title, d.started_at, d.duration, d.deleted_at, d.kept_until,
                CAST(coalesce((SELECT sum(a.byte_count) FROM deleted_audio a WHERE a.deletion = d.number), 0) AS BIGINT)
                FROM deleted_conversations d WHERE d.archive = ? AND d.number < ? AND NOT d.is_final ORDER BY d.number DESC LIMIT ?
                """, [.integer(archive.number), .integer(before), .integer(limit + 1)]
            ) { (row) throws(StoreError) in
                guard page.conversations.count < limit else { return page.next = last.map { String($0) } }
                last = row.integer(0)
                page.conversations.append(
                    DeletedConversation(
                        id: ID(row.text(1) ?? ""), title: row.text(2), started: row.time(3), duration: row.duration(4), deleted: row.time(5),
                        keptUntil: row.time(6), audioBytes: row.integer(7) ?? 0))
            }
            return page
        }
        return page ?? DeletedConversationPage()
    }

    package func restore(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool {
        let restored = try await change(user) { [words = database.words] (archive, connection) throws(StoreError) -> UserPartition? in
            guard let deletion = try Self.deletions(of: id, in: archive, on: connection).last else { return nil }
            guard try archive.conversation(id, on: connection) == nil else {
                throw .conflict("there is another conversation with the id of the deleted one; delete it first")
            }
            // The voices come first, so that the segments find them.
            for voice in try Self.keptVoices(of: deletion, on: connection) {
                try connection.run(
                    "UPDATE voices SET is_gone = FALSE, is_kept = FALSE WHERE is_kept AND (number = ?1 OR joined_to = ?1)", [.integer(voice)])
            }
            try Self.restoreRows(of: deletion, words, on: connection)
            guard let number = try archive.conversation(id, on: connection) else {
                throw .constraint("the deleted conversation has no row of its own")
            }
            try Self.restoreAudio(of: deletion, to: number, on: connection)
            for statement in Self.removals { try connection.run(statement, [.integer(deletion)]) }
            try archive.revise(on: connection)
            return archive
        }
        guard let restored else { return false }
        revisions.tell(user)
        windowIndex.drop(archive: restored.number)
        // A person or a voice that is gone, and whose segments came back, is removed from them.
        startErasing()
        return true
    }

    /// Statements that remove a deletion whose conversation is restored. ?: number of the deletion.
    private static let removals: [StaticString] = [
        "DELETE FROM deleted_rows WHERE deletion = ?", "DELETE FROM deleted_audio WHERE deletion = ?",
        "DELETE FROM deleted_voices WHERE deletion = ?", "DELETE FROM forgotten_speech WHERE deletion = ?",
        "DELETE FROM deleted_conversations WHERE number = ?",
    ]

    private static func restoreRows(
        of deletion: Int64, _ words: any WordIndex, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        var speakers = RestoredSpeakers(), waiting = 0
        try connection.run("SELECT kind, content FROM deleted_rows WHERE deletion = ? ORDER BY number", [.integer(deletion)]) {
            (row) throws(StoreError) in
            guard let table = row.text(0).flatMap({ StoredTable.named($0) }), let kept = row.text(1).flatMap({ KeptRow($0, of: table) }) else {
                throw .constraint("a row of the deleted conversation cannot be read")
            }
            try restore(kept, &speakers, words, on: connection)
            waiting += 1
            guard waiting == rowsAtOnce else { return }
            waiting = 0
            _ = try connection.changedRows()
        }
    }

    /// Inserts a row, unless what it refers to is gone.
    private static func restore(
        _ kept: KeptRow, _ speakers: inout RestoredSpeakers, _ words: any WordIndex, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        var row = kept
        switch row.table.name.description {
        case "segments":
            try speakers.removeGone(from: &row, on: connection)
            try row.insert(on: connection)
            if let number = row.integer("number"), let text = row.text("text") { try words.add(text, of: number, on: connection) }
        case "webhook_deliveries":
            // The number may be another delivery's by now.
            row.leaveOut("number")
            try row.insert(on: connection)
        case "speech_sample_sources":
            let isThere = try connection.integer("SELECT 1 FROM speech_samples WHERE number = ?", [.integer(row.integer("sample"))]) != nil
            if isThere { try row.insert(on: connection) }
        case "rejected_enrollments":
            if try speakers.isThere(person: row.integer("person"), on: connection) { try row.insert(on: connection) }
        case "background_recordings":
            try connection.run(
                "UPDATE background_recordings SET state = ?3 WHERE user = ?1 AND conversation = ?2",
                [.text(row.text("user")), .text(row.text("conversation")), .text(row.text("state"))])
        case "background_chunks":
            let isThere = try connection.integer(
                "SELECT 1 FROM background_recordings WHERE user = ? AND conversation = ?", [.text(row.text("user")), .text(row.text("conversation"))])
            if isThere != nil { try row.insert(on: connection) }
        default: try row.insert(on: connection)
        }
    }

    private static func restoreAudio(of deletion: Int64, to conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO conversation_audio (conversation, file, format, start_at, duration, byte_count, created_at, cut_from, cut_to)
            SELECT ?1, file, format, start_at, duration, byte_count, created_at, cut_from, cut_to FROM deleted_audio WHERE deletion = ?2
            ORDER BY number
            """, [.integer(conversation), .integer(deletion)])
    }
}

/// The speakers whom restored segments name, and whether they still exist.
private struct RestoredSpeakers {
    private var people: [Int64: Bool] = [:], voices: [Int64: Bool] = [:]

    /// Returns true if the person exists.
    mutating func isThere(person: Int64?, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        guard let person else { return false }
        if let known = people[person] { return known }
        let isThere = try connection.integer("SELECT 1 FROM people WHERE number = ? AND NOT is_gone", [.integer(person)]) != nil
        people[person] = isThere
        return isThere
    }

    private mutating func isThere(voice: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        if let known = voices[voice] { return known }
        let isThere = try connection.integer("SELECT 1 FROM voices WHERE number = ? AND NOT is_gone", [.integer(voice)]) != nil
        voices[voice] = isThere
        return isThere
    }

    /// Takes people and voices that were forgotten out of a segment, as `GoneSpeakers` does.
    mutating func removeGone(from segment: inout KeptRow, on connection: borrowing SQLConnection) throws(StoreError) {
        if let person = segment.integer("person"), try !isThere(person: person, on: connection) {
            for name in ["person", "voice", "identified_by", "confidence"] { segment.clear(name) }
        }
        guard let voice = segment.integer("voice"), try !isThere(voice: voice, on: connection) else { return }
        segment.clear("voice")
        guard segment.integer("person") == nil, !segment.flag("is_user") else { return }
        segment.clear("identified_by")
        segment.clear("confidence")
    }
}
