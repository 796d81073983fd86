package import Conversations
package import Speech

extension SQLConversationStore {
    package func announce(_ file: String, for time: Duration) async throws(StoreError) {
        try Self.checkName(file)
        let due = now() + time
        try await database.write(.readCommitted) { (connection) throws(StoreError) in
            try connection.run(
                "INSERT INTO abandoned_files (file, due_at) VALUES (?, ?) ON CONFLICT (file) DO UPDATE SET due_at = excluded.due_at",
                [.text(file), .time(due)])
        }
    }

    package func deleteUnnamedFiles() async throws(StoreError) { try await removal.deleteUnnamedFiles(dueBy: now()) }

    package func add(_ audio: StoredAudio, to conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool {
        try Self.checkName(audio.file)
        try ConversationLimits.check(audio.format, "a format's name", most: ConversationLimits.identifier)
        return try await change(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.conversation(conversation, on: connection) else { return false }
            try Self.claim(audio.file, on: connection)
            try connection.run(
                """
                INSERT INTO conversation_audio (conversation, file, format, start_at, duration, byte_count, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(number), .text(audio.file), .text(audio.format), .duration(audio.start), .duration(audio.duration),
                    .integer(audio.byteCount), .time(audio.created),
                ])
            return true
        } ?? false
    }

    package func audio(of conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> [StoredAudio] {
        let audio = try await read(user) { (archive, connection) throws(StoreError) -> [StoredAudio]? in
            guard let number = try archive.conversation(conversation, on: connection) else { return nil }
            var audio: [StoredAudio] = []
            try connection.run(
                """
                SELECT file, format, start_at, duration, byte_count, created_at FROM conversation_audio WHERE conversation = ?
                AND cut_from IS NULL ORDER BY start_at, number
                """, [.integer(number)]
            ) { (row) throws(StoreError) in audio.append(Self.storedAudio(row)) }
            return audio
        }
        return audio ?? []
    }

    package func replace(
        _ file: String, by audio: StoredAudio, in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Bool {
        try Self.checkName(audio.file)
        let isReplaced =
            try await change(user) { (archive, connection) throws(StoreError) -> Bool? in
                guard let number = try archive.conversation(conversation, on: connection) else { return false }
                try Self.claim(audio.file, on: connection)
                try connection.run(
                    "UPDATE conversation_audio SET file = ?3, byte_count = ?4 WHERE conversation = ?1 AND file = ?2 AND cut_from IS NULL",
                    [.integer(number), .text(file), .text(audio.file), .integer(audio.byteCount)])
                guard try connection.changedRows() == 1 else { return false }
                try Self.abandon(file, on: connection)
                return true
            } ?? false
        if isReplaced { startErasing() }
        return isReplaced
    }

    package func user(of session: ID<Session>) async throws(StoreError) -> ID<User>? {
        try await database.read { (connection) throws(StoreError) in
            var user: ID<User>?
            try connection.run(
                """
                SELECT a.user FROM session_parts p JOIN conversations c ON c.number = p.conversation JOIN archives a ON a.number = c.archive
                WHERE p.session = ? LIMIT 1
                """, [.text(session.rawValue)]
            ) { (row) throws(StoreError) in user = row.text(0).map { ID($0) } }
            return user
        }
    }

    package func unnamed(_ files: [String]) async throws(StoreError) -> [String] {
        try await database.read { (connection) throws(StoreError) in
            var unnamed: [String] = []
            for file in files where try !Self.isNamed(file, on: connection) { unnamed.append(file) }
            return unnamed
        }
    }

    package func unknown(_ files: [String]) async throws(StoreError) -> [String] {
        try await database.read { (connection) throws(StoreError) in
            var unknown: [String] = []
            for file in files where try !Self.isNamed(file, on: connection) {
                let isAnnounced = try connection.integer("SELECT 1 FROM abandoned_files WHERE file = ?", [.text(file)]) != nil
                if !isAnnounced { unknown.append(file) }
            }
            return unknown
        }
    }

    package func uncutAudio() async throws(StoreError) -> [UncutAudio] {
        try await database.read { (connection) throws(StoreError) in
            var found: [UncutAudio] = []
            try connection.run(
                """
                SELECT file, format, start_at, duration, byte_count, created_at, number, cut_from, cut_to FROM conversation_audio
                WHERE cut_from IS NOT NULL ORDER BY number
                """
            ) { (row) throws(StoreError) in found.append(Self.uncutAudio(row, isDeleted: false)) }
            try connection.run(
                """
                SELECT file, format, start_at, duration, byte_count, created_at, number, cut_from, cut_to FROM deleted_audio
                WHERE cut_from IS NOT NULL ORDER BY number
                """
            ) { (row) throws(StoreError) in found.append(Self.uncutAudio(row, isDeleted: true)) }
            return found
        }
    }

    /// Reads a row of the columns of `storedAudio`, number, cut_from and cut_to.
    private static func uncutAudio(_ row: borrowing SQLRow, isDeleted: Bool) -> UncutAudio {
        UncutAudio(number: row.integer(6) ?? 0, isDeleted: isDeleted, audio: storedAudio(row), from: row.duration(7), to: row.duration(8))
    }

    /// Reads a row of the columns file, format, start, duration, bytes and time of creation.
    private static func storedAudio(_ row: borrowing SQLRow) -> StoredAudio {
        StoredAudio(
            file: row.text(0) ?? "", format: row.text(1) ?? "", start: row.duration(2), duration: row.duration(3),
            byteCount: Int(row.integer(4) ?? 0), created: row.time(5))
    }

    package func cut(_ uncut: UncutAudio, to part: StoredAudio?) async throws(StoreError) -> Bool {
        if let part { try Self.checkName(part.file) }
        let isCut = try await database.delete { (connection) throws(StoreError) in
            // The audio may have been deleted, or split again, meanwhile.
            let isAsItWas = try connection.integer(
                uncut.isDeleted
                    ? "SELECT 1 FROM deleted_audio WHERE number = ? AND file = ? AND start_at = ? AND cut_from = ? AND cut_to = ?"
                    : "SELECT 1 FROM conversation_audio WHERE number = ? AND file = ? AND start_at = ? AND cut_from = ? AND cut_to = ?",
                [.integer(uncut.number), .text(uncut.audio.file), .duration(uncut.audio.start), .duration(uncut.from), .duration(uncut.to)])
            guard isAsItWas != nil else { return false }
            if let part {
                try Self.claim(part.file, on: connection)
                try connection.run(
                    uncut.isDeleted
                        ? """
                        UPDATE deleted_audio SET file = ?2, start_at = ?3, duration = ?4, byte_count = ?5, cut_from = NULL, cut_to = NULL
                        WHERE number = ?1
                        """
                        : """
                        UPDATE conversation_audio SET file = ?2, start_at = ?3, duration = ?4, byte_count = ?5, cut_from = NULL, cut_to = NULL
                        WHERE number = ?1
                        """,
                    [.integer(uncut.number), .text(part.file), .duration(part.start), .duration(part.duration), .integer(part.byteCount)])
            } else {
                try connection.run(
                    uncut.isDeleted ? "DELETE FROM deleted_audio WHERE number = ?" : "DELETE FROM conversation_audio WHERE number = ?",
                    [.integer(uncut.number)])
            }
            // The whole file is deleted once no row names it.
            try Self.abandon(uncut.audio.file, on: connection)
            return true
        }
        if isCut { startErasing() }
        return isCut
    }

    package func removeAudio(before time: UnixTime, of user: ID<User>) async throws(StoreError) -> RemovedAudio {
        let removed =
            try await change(user, deletes: true) { (archive, connection) throws(StoreError) -> RemovedAudio? in
                var sizes: [String: Int64] = [:]
                // A file that a younger row names stays until that row is deleted too.
                try connection.run(
                    """
                    DELETE FROM conversation_audio WHERE created_at < ?1 AND EXISTS (
                        SELECT 1 FROM conversations c WHERE c.number = conversation_audio.conversation AND c.archive = ?2
                        AND c.status NOT IN ('in_progress', 'processing'))
                    RETURNING file, byte_count
                    """, [.time(time), .integer(archive.number)]
                ) { (row) throws(StoreError) in
                    guard let file = row.text(0) else { return }
                    sizes[file] = row.integer(1) ?? 0
                }
                // Audio that is too old is deleted from conversations that can be restored, too.
                try connection.run(
                    """
                    DELETE FROM deleted_audio WHERE created_at < ?1 AND deletion IN (SELECT number FROM deleted_conversations WHERE archive = ?2)
                    RETURNING file, byte_count
                    """, [.time(time), .integer(archive.number)]
                ) { (row) throws(StoreError) in
                    guard let file = row.text(0) else { return }
                    sizes[file] = row.integer(1) ?? 0
                }
                var removed = RemovedAudio()
                for (file, bytes) in sizes {
                    try Self.abandon(file, on: connection)
                    guard try !Self.isAudio(file, on: connection) else { continue }
                    removed.files += 1
                    removed.bytes += bytes
                }
                return removed
            } ?? RemovedAudio()
        if removed.files > 0 { startErasing() }
        return removed
    }

    // MARK: Samples

    package func samples(of owner: Voice.Owner, of user: ID<User>) async throws(StoreError) -> [SpeechSample] {
        let samples = try await read(user) { (archive, connection) throws(StoreError) -> [SpeechSample]? in
            guard owner != .nobody, let columns = try OwnerColumns(owner, in: archive, on: connection) else { return nil }
            var samples: [SpeechSample] = []
            try connection.run(
                """
                SELECT id, file, duration, model, direction, created_at FROM speech_samples WHERE archive = ? AND person IS NOT DISTINCT FROM ? ORDER BY number
                """, [.integer(archive.number), .integer(columns.person)]
            ) { (row) throws(StoreError) in
                samples.append(
                    SpeechSample(
                        id: ID(row.text(0) ?? ""), owner: owner, file: row.text(1), duration: row.duration(2),
                        voiceprint: row.blob(4).flatMap { Voiceprint(DirectionCoding.decode($0), model: row.text(3) ?? "") }, created: row.time(5)))
            }
            return samples
        }
        return samples ?? []
    }

    package func add(_ sample: SpeechSample, of user: ID<User>) async throws(StoreError) -> Bool {
        try ConversationLimits.check(sample.id)
        if let file = sample.file { try Self.checkName(file) }
        if let voiceprint = sample.voiceprint { try ConversationLimits.check(voiceprint) }
        let isKept = try await database.write(.user(user)) { (connection) throws(StoreError) in
            let archive = try UserPartition.findOrMake(user, on: connection)
            guard sample.owner != .nobody, let columns = try OwnerColumns(sample.owner, in: archive, on: connection) else { return false }
            _ = try Self.insert(sample, columns, in: archive, on: connection)
            try archive.revise(on: connection)
            return true
        }
        if isKept { revisions.tell(user) }
        return isKept
    }

    /// - Returns: the number of the sample's row.
    static func insert(
        _ sample: SpeechSample, _ columns: OwnerColumns, in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Int64? {
        if let file = sample.file { try Self.claim(file, on: connection) }
        let count = try connection.integer(
            "SELECT count(*) FROM speech_samples WHERE archive = ? AND person IS NOT DISTINCT FROM ?",
            [.integer(archive.number), .integer(columns.person)])
        try ConversationLimits.check(Int(count ?? 0) + 1, "samples of a voice", most: ConversationLimits.samples)
        return try connection.integer(
            """
            INSERT INTO speech_samples (archive, id, person, file, duration, model, direction, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number
            """,
            [
                .integer(archive.number), .text(sample.id.rawValue), .integer(columns.person), .text(sample.file), .duration(sample.duration),
                .text(sample.voiceprint?.model), .blob(sample.voiceprint.map { DirectionCoding.encode($0.direction) }),
                .time(sample.created),
            ])
    }

    package func delete(_ sample: ID<SpeechSample>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await revise(user, deletes: true, erases: true) { (archive, connection) throws(StoreError) in
            var isThere = false
            try connection.run(
                "DELETE FROM speech_samples WHERE archive = ? AND id = ? RETURNING file", [.integer(archive.number), .text(sample.rawValue)]
            ) { (row) throws(StoreError) in
                isThere = true
                try Self.abandon(row.text(0), on: connection)
            }
            return isThere
        }
    }

    // MARK: Files

    /// Queues a file for deletion if no row names it.
    static func abandon(_ file: String?, on connection: borrowing SQLConnection) throws(StoreError) {
        guard let file else { return }
        try connection.run("INSERT INTO abandoned_files (file) VALUES (?) ON CONFLICT (file) DO UPDATE SET due_at = NULL", [.text(file)])
    }

    static func checkName(_ file: String) throws(StoreError) {
        guard BlobName(file) != nil else { throw .conflict("an audio file's name may have only letters, digits, '-', '_' and '.'") }
    }

    /// Takes a file for a row that will name it. Checks that no other row does: deleting one user's file must never delete another user's audio.
    static func claim(_ file: String, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run("DELETE FROM abandoned_files WHERE file = ? AND due_at IS NOT NULL", [.text(file)])
        guard try !isNamed(file, on: connection) else { throw .conflict("an audio file with this name exists already") }
    }

    /// Returns true if a conversation has the file, or a deleted one that can be restored.
    private static func isAudio(_ file: String, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        try connection.integer(
            """
            SELECT 1 WHERE EXISTS (SELECT 1 FROM conversation_audio WHERE file = ?1) OR EXISTS (SELECT 1 FROM deleted_audio WHERE file = ?1)
            """, [.text(file)]) != nil
    }

    /// Returns true if a row names the file, or its deletion is pending.
    private static func isNamed(_ file: String, on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        try connection.integer(
            """
            SELECT 1 WHERE EXISTS (SELECT 1 FROM conversation_audio WHERE file = ?1) OR EXISTS (SELECT 1 FROM speech_samples WHERE file = ?1)
            OR EXISTS (SELECT 1 FROM deleted_audio WHERE file = ?1)
            OR EXISTS (SELECT 1 FROM abandoned_files WHERE file = ?1 AND due_at IS NULL)
            """, [.text(file)]) != nil
    }
}
