package import Conversations
package import Speech

extension SQLiteConversationStore {
    package func voices(of user: ID<User>) async throws(StoreError) -> [Voice] {
        let voices = try await read(user) { (archive, connection) throws(StoreError) -> [Voice]? in
            var voices: [Voice] = []
            try connection.run(
                """
                SELECT v.id, v.label, p.id, v.is_user, v.model, v.direction, v.evidence, v.created_at
                FROM voices v LEFT JOIN people p ON p.number = v.person WHERE v.archive = ? AND v.joined_to IS NULL ORDER BY v.label
                """, [.integer(archive.number)]
            ) { (row) throws(StoreError) in
                // A voice without a direction is of no use to a caller.
                guard let voiceprint = Voiceprint(DirectionCoding.decode(row.blob(5) ?? []), model: row.text(4) ?? "") else { return }
                voices.append(
                    Voice(
                        id: ID(row.text(0) ?? ""), number: Int(row.integer(1) ?? 0),
                        owner: row.flag(3) ? .user : row.text(2).map { .person(ID($0)) } ?? .nobody, voiceprint: voiceprint,
                        evidence: row.duration(6), created: row.time(7)))
            }
            return voices
        }
        return voices ?? []
    }

    package func excerpts(of voice: ID<Voice>, limit: Int, of user: ID<User>) async throws(StoreError) -> [VoiceExcerpt]? {
        try await read(user) { (archive, connection) throws(StoreError) -> [VoiceExcerpt]? in
            guard let number = try archive.voice(voice, on: connection) else { return nil }
            var excerpts: [VoiceExcerpt] = []
            try connection.run(
                """
                SELECT c.id, s.id, s.start_at, s.end_at, s.text FROM segments s JOIN conversations c ON c.number = s.conversation
                WHERE s.voice IN (SELECT number FROM voices WHERE number = ?1 OR joined_to = ?1) AND c.archive = ?2
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
        let kept = try await database.write { (connection) throws(StoreError) in
            let archive = try UserPartition.findOrMake(user, on: connection)
            guard let owner = try OwnerColumns(voice.owner, in: archive, on: connection) else { throw .conflict("the voice's person does not exist") }
            return try Self.insert(voice, owner, in: archive, on: connection)
        }
        revisions.tell(user)
        return kept
    }

    static func insert(
        _ voice: NewVoice, _ owner: OwnerColumns, in archive: UserPartition, on connection: borrowing SQLiteConnection
    ) throws(StoreError) -> Voice {
        let count = try connection.integer("SELECT count(*) FROM voices WHERE archive = ?", [.integer(archive.number)]) ?? 0
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
                .integer(archive.number), .text(voice.id.rawValue), .integer(label), .integer(owner.person), .integer(owner.isUser),
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
            try connection.run(
                "UPDATE voices SET model = ?, direction = ?, evidence = ? WHERE number = ?",
                [.text(voiceprint.model), .blob(DirectionCoding.encode(voiceprint.direction)), .duration(evidence), .integer(number)])
            return true
        }
    }

    package func setOwner(_ owner: Voice.Owner, of voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await revise(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.voice(voice, on: connection), let columns = try OwnerColumns(owner, in: archive, on: connection) else {
                return false
            }
            try Self.name(number, columns, on: connection)
            return true
        }
    }

    /// - Parameter voice: number of the voice's row.
    static func name(_ voice: Int64, _ owner: OwnerColumns, on connection: borrowing SQLiteConnection) throws(StoreError) {
        try connection.run(
            "UPDATE voices SET person = ?, is_user = ? WHERE number = ?", [.integer(owner.person), .integer(owner.isUser), .integer(voice)])
        // Segments that automation had assigned otherwise belong to the voice again.
        try connection.run(
            """
            UPDATE segments SET person = NULL, is_user = 0 WHERE (person IS NOT NULL OR is_user) AND identified_by IS NOT 'manual'
            AND voice IN (SELECT number FROM voices WHERE number = ?1 OR joined_to = ?1)
            """, [.integer(voice)])
    }

    package func merge(_ voice: ID<Voice>, into other: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await revise(user) { (archive, connection) throws(StoreError) in
            guard let gone = try archive.voice(voice, on: connection), let kept = try archive.voice(other, on: connection) else { return false }
            guard gone != kept else { return true }
            // Every merged voice points directly to the voice that is kept. Only the kept voice's voiceprint is compared from now on.
            try connection.run("UPDATE voices SET joined_to = ?1 WHERE number = ?2 OR joined_to = ?2", [.integer(kept), .integer(gone)])
            try connection.run("UPDATE voices SET person = NULL, is_user = 0, direction = x'' WHERE number = ?", [.integer(gone)])
            return true
        }
    }

    package func delete(_ voice: ID<Voice>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await revise(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.voice(voice, on: connection) else { return false }
            try Self.forget(voice: number, on: connection)
            return true
        }
    }

    /// - Parameter voice: number of the voice's row.
    static func forget(voice: Int64, on connection: borrowing SQLiteConnection) throws(StoreError) {
        try connection.run(
            """
            UPDATE segments SET voice = NULL, identified_by = iif(person IS NULL AND NOT is_user, NULL, identified_by),
            confidence = iif(person IS NULL AND NOT is_user, NULL, confidence)
            WHERE voice IN (SELECT number FROM voices WHERE number = ?1 OR joined_to = ?1)
            """, [.integer(voice)])
        try connection.run("DELETE FROM voices WHERE number = ?", [.integer(voice)])
    }
}
