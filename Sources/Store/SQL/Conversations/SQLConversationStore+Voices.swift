package import Conversations
package import Speech

extension SQLConversationStore {
    package func voices(of user: ID<User>) async throws(StoreError) -> [Voice] {
        try await read(user) { (archive, connection) throws(StoreError) -> [Voice]? in
            try Self.voices(Self.allVoices, [.integer(archive.number)], on: connection)
        } ?? []
    }

    package func namedVoices(and voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> [Voice] {
        try await read(user) { (archive, connection) throws(StoreError) -> [Voice]? in
            try Self.voices(Self.someVoices, [.integer(archive.number), .text(voice.rawValue)], on: connection)
        } ?? []
    }

    private static let voiceColumns = ComposedSQL(
        """
        SELECT v.id, v.label, p.id, v.is_user, v.model, v.direction, v.evidence, v.created_at, v.adopted_at, v.adoption_distance
        FROM voices v LEFT JOIN people p ON p.number = v.person WHERE
        """)

    private static let allVoices =
        voiceColumns + ComposedSQL(" v.archive = ?1 AND v.joined_to IS NULL AND NOT v.is_gone ORDER BY v.label")
    private static let someVoices = voiceColumns + ComposedSQL(" ") + isNamed + ComposedSQL(" ORDER BY v.label")

    private static func voices(
        _ statement: ComposedSQL, _ values: [SQLValue], on connection: borrowing SQLConnection
    ) throws(StoreError) -> [Voice] {
        var voices: [Voice] = []
        try connection.run(statement, values) { (row) throws(StoreError) in
            // A voice without a direction is of no use to a caller.
            guard let voiceprint = Voiceprint(DirectionCoding.decode(row.blob(5) ?? []), model: row.text(4) ?? "") else { return }
            voices.append(
                Voice(
                    id: ID(row.text(0) ?? ""), number: Int(row.integer(1) ?? 0),
                    owner: row.flag(3) ? .user : row.text(2).map { .person(ID($0)) } ?? .nobody, voiceprint: voiceprint,
                    evidence: row.duration(6), created: row.time(7),
                    adoption: row.integer(8).map { _ in Voice.Adoption(row.time(8), distance: Float(row.real(9) ?? 0)) }))
        }
        return voices
    }

    package func excerpts(of voice: ID<Voice>, limit: Int, of user: ID<User>) async throws(StoreError) -> [VoiceExcerpt]? {
        try await read(user) { (archive, connection) throws(StoreError) -> [VoiceExcerpt]? in
            guard let number = try archive.voice(voice, on: connection) else { return nil }
            var excerpts: [VoiceExcerpt] = []
            // The joins are written as crosses so that SQLite begins at the voice: by itself it reads all segments of the archive.
            try connection.run(
                """
                SELECT c.id, s.id, s.start_at, s.end_at, s.text
                FROM (SELECT number FROM segments INDEXED BY segments_of_voices
                WHERE voice IN (SELECT number FROM voices WHERE number = ?1 OR joined_to = ?1) ORDER BY number DESC LIMIT 4000) latest
                CROSS JOIN segments s CROSS JOIN conversations c
                WHERE s.number = latest.number AND c.number = s.conversation AND c.archive = ?2
                AND EXISTS (SELECT 1 FROM conversation_audio a WHERE a.conversation = c.number AND a.cut_from IS NULL
                AND a.start_at <= s.start_at AND a.start_at + a.duration >= s.end_at)
                ORDER BY s.end_at - s.start_at > 20000000000, iif(s.end_at - s.start_at > 20000000000, 0, s.start_at - s.end_at), s.number DESC
                LIMIT ?3
                """, [.integer(number), .integer(archive.number), .integer(max(0, limit))]
            ) { (row) throws(StoreError) in
                excerpts.append(
                    VoiceExcerpt(
                        conversation: ID(row.text(0) ?? ""), segment: ID(row.text(1) ?? ""), start: row.duration(2), end: row.duration(3),
                        text: row.text(4) ?? ""))
            }
            return excerpts
        }
    }

    package func add(_ voice: NewVoice, of user: ID<User>) async throws(StoreError) -> Voice {
        try ConversationLimits.check(voice.id)
        try ConversationLimits.check(voice.voiceprint)
        let kept = try await database.write(.user(user)) { (connection) throws(StoreError) in
            let archive = try UserPartition.findOrMake(user, on: connection)
            guard let owner = try OwnerColumns(voice.owner, in: archive, on: connection) else { throw .conflict("the voice's person does not exist") }
            return try Self.insert(voice, owner, in: archive, on: connection)
        }
        revisions.tell(user)
        return kept
    }

    static func insert(
        _ voice: NewVoice, _ owner: OwnerColumns, in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Voice {
        let count = try connection.integer("SELECT count(*) FROM voices WHERE archive = ? AND NOT is_gone", [.integer(archive.number)]) ?? 0
        try ConversationLimits.check(Int(count) + 1, "voices", most: ConversationLimits.voices)
        let next = try connection.integer(
            "UPDATE archives SET next_voice = next_voice + 1, revision = revision + 1 WHERE number = ? RETURNING next_voice",
            [.integer(archive.number)])
        let label = (next ?? 2) - 1
        try connection.run(
            """
            INSERT INTO voices (archive, id, label, person, is_user, model, direction, evidence, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(archive.number), .text(voice.id.rawValue), .integer(label), .integer(owner.person), .flag(owner.isUser),
                .text(voice.voiceprint.model), .blob(DirectionCoding.encode(voice.voiceprint.direction)), .duration(voice.evidence),
                .time(voice.created),
            ])
        return Voice(
            id: voice.id, number: Int(label), owner: voice.owner, voiceprint: voice.voiceprint, evidence: voice.evidence, created: voice.created)
    }

    package func setVoiceprint(
        _ voiceprint: Voiceprint, evidence: Duration, of voice: ID<Voice>, of user: ID<User>
    ) async throws(StoreError) -> Bool {
        try ConversationLimits.check(voiceprint)
        return try await revise(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.voice(voice, on: connection) else { return false }
            try Self.set(voiceprint, evidence, of: number, on: connection)
            return true
        }
    }

    /// - Parameter voice: number of the voice's row.
    private static func set(
        _ voiceprint: Voiceprint, _ evidence: Duration, of voice: Int64, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "UPDATE voices SET model = ?, direction = ?, evidence = ? WHERE number = ?",
            [.text(voiceprint.model), .blob(DirectionCoding.encode(voiceprint.direction)), .duration(evidence), .integer(voice)])
    }

    /// Runs `body` as `revise` does. If `body` returns true, the owner of a voice has changed, and segments that belong to the voice again are reclaimed.
    private func reown(
        _ user: ID<User>, _ body: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> Bool
    ) async throws(StoreError) -> Bool {
        let isDone = try await revise(user, body)
        if isDone { startReclaiming() }
        return isDone
    }

    package func setOwner(_ owner: Voice.Owner, of voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await assign(voice, to: owner, of: user) != nil
    }

    package func assign(_ voice: ID<Voice>, to owner: Voice.Owner, of user: ID<User>) async throws(StoreError) -> FormerOwner? {
        let former = try await change(user) { (archive, connection) throws(StoreError) -> FormerOwner? in
            guard let number = try archive.voice(voice, on: connection), let columns = try OwnerColumns(owner, in: archive, on: connection),
                let former = try Self.formerOwner(of: number, before: columns, on: connection)
            else { return nil }
            try Self.name(number, columns, on: connection)
            try archive.revise(on: connection)
            return former
        }
        guard let former else { return nil }
        revisions.tell(user)
        startReclaiming()
        return former
    }

    package func adopt(_ voice: ID<Voice>, by owner: Voice.Owner, distance: Float, of user: ID<User>) async throws(StoreError) -> Bool {
        let now = now()
        return try await reown(user) { (archive, connection) throws(StoreError) in
            guard owner != .nobody, let number = try archive.voice(voice, on: connection),
                let columns = try OwnerColumns(owner, in: archive, on: connection),
                try connection.integer(
                    """
                    SELECT 1 FROM voices v WHERE number = ?1 AND person IS NULL AND NOT is_user
                    AND NOT EXISTS (SELECT 1 FROM rejected_owners r WHERE r.voice = v.number AND r.person IS NOT DISTINCT FROM ?2)
                    """, [.integer(number), .integer(columns.person)]) != nil
            else { return false }
            try Self.set(columns, of: number, on: connection)
            try connection.run(
                "UPDATE voices SET adopted_at = ?, adoption_distance = ? WHERE number = ?",
                [.time(now), .real(distance), .integer(number)])
            return true
        }
    }

    package func release(_ voice: ID<Voice>, isRejected: Bool, of user: ID<User>) async throws(StoreError) -> Bool {
        try await reown(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.voice(voice, on: connection),
                try connection.integer("SELECT 1 FROM voices WHERE number = ? AND adopted_at IS NOT NULL", [.integer(number)]) != nil
            else { return false }
            if isRejected {
                try Self.name(number, .nobody, on: connection)
            } else {
                try Self.set(.nobody, of: number, on: connection)
            }
            return true
        }
    }

    /// Sets the owner of a voice by hand. An owner who loses the voice does not get it automatically again. The caller calls `startReclaiming`
    /// afterwards.
    ///
    /// - Parameters:
    ///   - voice: number of the voice's row.
    ///   - rejectsFormer: false if the owner who loses the voice may get it automatically again.
    static func name(
        _ voice: Int64, _ owner: OwnerColumns, rejectsFormer: Bool = true, on connection: borrowing SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "DELETE FROM rejected_owners WHERE voice = ?1 AND person IS NOT DISTINCT FROM ?2 AND (?2 IS NOT NULL OR ?3)",
            [.integer(voice), .integer(owner.person), .flag(owner.isUser)])
        if rejectsFormer {
            try connection.run(
                """
                INSERT INTO rejected_owners (voice, person) SELECT number, person FROM voices WHERE number = ?1
                AND (person IS NOT NULL OR is_user) AND (person IS DISTINCT FROM ?2 OR is_user <> ?3)
                """, [.integer(voice), .integer(owner.person), .flag(owner.isUser)])
        }
        try set(owner, of: voice, on: connection)
    }

    /// - Parameter voice: number of the voice's row.
    private static func set(_ owner: OwnerColumns, of voice: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            "UPDATE voices SET person = ?, is_user = ?, adopted_at = NULL, adoption_distance = NULL WHERE number = ?",
            [.integer(owner.person), .flag(owner.isUser), .integer(voice)])
        // Segments that automation had assigned otherwise belong to the voice again.
        try ReclaimedSegments.begin(for: voice, on: connection)
    }

    package func merge(_ voice: ID<Voice>, into other: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await reviseIfNeeded(user, erases: true) { (archive, connection) throws(StoreError) in
            guard let gone = try archive.voice(voice, on: connection), let kept = try archive.voice(other, on: connection) else { return .missing }
            guard gone != kept else { return .unchanged }
            try Self.join(gone, to: kept, on: connection)
            return .changed
        }
    }

    package func mergeNameless(
        _ voice: ID<Voice>, into other: ID<Voice>, as voiceprint: Voiceprint, evidence: Duration, of user: ID<User>
    ) async throws(StoreError) -> Bool {
        try ConversationLimits.check(voiceprint)
        return try await revise(user, erases: true) { (archive, connection) throws(StoreError) in
            guard let gone = try archive.ownVoice(voice, on: connection), let kept = try archive.ownVoice(other, on: connection),
                try connection.integer(
                    "SELECT count(*) FROM voices WHERE number IN (?1, ?2) AND joined_to IS NULL AND person IS NULL AND NOT is_user",
                    [.integer(gone), .integer(kept)]) == 2
            else { return false }
            try Self.set(voiceprint, evidence, of: kept, on: connection)
            try Self.join(gone, to: kept, on: connection)
            return true
        }
    }

    /// Makes one voice a part of another. The caller has what is gone erased.
    ///
    /// - Parameter gone: number of the row of the voice that is not listed any more.
    private static func join(_ gone: Int64, to kept: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        // Every merged voice points directly to the voice that is kept. Only the kept voice's voiceprint is compared from now on.
        try connection.run("UPDATE voices SET joined_to = ?1 WHERE number = ?2 OR joined_to = ?2", [.integer(kept), .integer(gone)])
        try connection.run(
            "UPDATE voices SET person = NULL, is_user = FALSE, adopted_at = NULL, adoption_distance = NULL, direction = ? WHERE number = ?",
            [.blob([]), .integer(gone)])
    }

    package func delete(_ voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await revise(user, deletes: true, erases: true) { (archive, connection) throws(StoreError) in
            guard let number = try archive.voice(voice, on: connection) else { return false }
            try Self.forget(voice: number, on: connection)
            return true
        }
    }

    package func removeVoices(unheardSince time: UnixTime) async throws(StoreError) -> Int {
        let unheard = try await database.read { (connection) throws(StoreError) in
            var voices: [Int64] = []
            try connection.run(Self.unheard + ComposedSQL(" ORDER BY v.number"), [.time(time)]) { (row) throws(StoreError) in
                if let voice = row.integer(0) { voices.append(voice) }
            }
            return voices
        }
        var count = 0
        defer { if count > 0 { startErasing() } }
        for first in stride(from: 0, to: unheard.count, by: Self.voicesAtOnce) {
            let part = Array(unheard[first..<min(first + Self.voicesAtOnce, unheard.count)])
            let removed = try await database.delete { (connection) throws(StoreError) -> [ID<User>] in
                var found: [(voice: Int64, archive: Int64, user: String)] = []
                // A voice may have been heard, or named, since the search.
                try connection.run(
                    Self.unheard + ComposedSQL(" AND v.number IN (SELECT CAST(value AS BIGINT) FROM json_each(?2))"), [.time(time), .numbers(part)]
                ) { (row) throws(StoreError) in
                    if let voice = row.integer(0), let archive = row.integer(1), let user = row.text(2) { found.append((voice, archive, user)) }
                }
                for row in found { try Self.forget(voice: row.voice, on: connection) }
                for archive in Set(found.map(\.archive)) { try UserPartition(number: archive).revise(on: connection) }
                return found.map { ID<User>($0.user) }
            }
            for user in Set(removed) { revisions.tell(user) }
            count += removed.count
        }
        return count
    }

    /// Number of voices that one transaction removes, so that other writes wait for milliseconds only.
    private static let voicesAtOnce = 100

    /// Finds voices without an owner that no conversation since a time has. Parameter: the time. Columns: voice, archive, user.
    private static let unheard = ComposedSQL(
        """
        SELECT v.number, a.number, a.user FROM voices v JOIN archives a ON a.number = v.archive
        WHERE v.person IS NULL AND NOT v.is_user AND v.joined_to IS NULL AND NOT v.is_gone AND v.created_at < ?1 AND NOT EXISTS (
            SELECT 1 FROM segments s JOIN conversations c ON c.number = s.conversation
            WHERE s.voice IN (SELECT number FROM voices WHERE number = v.number OR joined_to = v.number) AND c.finished_at >= ?1)
        AND NOT EXISTS (
            SELECT 1 FROM deleted_voices d WHERE d.voice IN (SELECT number FROM voices WHERE number = v.number OR joined_to = v.number))
        """)

    /// Returns the row numbers of the voices without an owner that speak in a conversation.
    static func namelessVoices(in conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> [Int64] {
        var voices: [Int64] = []
        try connection.run(
            """
            SELECT DISTINCT w.number FROM segments s JOIN voices v ON v.number = s.voice JOIN voices w ON w.number = coalesce(v.joined_to, v.number)
            WHERE s.conversation = ? AND NOT w.is_gone AND w.person IS NULL AND NOT w.is_user
            """, [.integer(conversation)]
        ) { (row) throws(StoreError) in
            if let number = row.integer(0) { voices.append(number) }
        }
        return voices
    }

    /// Forgets those of the voices that no segment has any more. A voice that a deleted conversation has, which can be restored, is hidden.
    ///
    /// - Parameter voices: numbers of the voices' rows.
    /// - Returns: true if a voice was forgotten or hidden.
    static func forgetUnheard(_ voices: [Int64], on connection: borrowing SQLConnection) throws(StoreError) -> Bool {
        var isDone = false
        for voice in voices
        where try connection.integer(
            "SELECT 1 FROM segments WHERE voice IN (SELECT number FROM voices WHERE number = ?1 OR joined_to = ?1) LIMIT 1", [.integer(voice)]) == nil
        {
            let mayComeBack = try connection.integer(
                "SELECT 1 FROM deleted_voices WHERE voice IN (SELECT number FROM voices WHERE number = ?1 OR joined_to = ?1) LIMIT 1",
                [.integer(voice)])
            if mayComeBack == nil {
                try forget(voice: voice, on: connection)
            } else {
                try connection.run(
                    "UPDATE voices SET is_gone = TRUE, is_kept = TRUE WHERE number = ?1 OR joined_to = ?1", [.integer(voice)])
            }
            isDone = true
        }
        return isDone
    }

    /// Makes a voice gone for every reader, and removes its voiceprint. `GoneSpeakers` changes the segments of the voice afterwards, in parts, and
    /// deletes the row. The caller calls `startErasing` afterwards.
    ///
    /// - Parameter voice: number of the voice's row.
    static func forget(voice: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            """
            UPDATE voices SET is_gone = TRUE, is_kept = FALSE, id = 'gone ' || number, person = NULL, is_user = FALSE, direction = ?2, adopted_at = NULL,
            adoption_distance = NULL WHERE number = ?1 OR joined_to = ?1
            """, [.integer(voice), .blob([])])
        try noteErasure(of: .rows, on: connection)
    }
}
