package import Conversations
package import Speech

extension SQLConversationStore {
    package func learn(_ enrollment: VoiceEnrollment, of user: ID<User>) async throws(StoreError) -> Bool {
        try ConversationLimits.check(enrollment.sample.id)
        guard case .person(let person) = enrollment.sample.owner, let voiceprint = enrollment.sample.voiceprint else { return false }
        try ConversationLimits.check(voiceprint)
        return try await revise(user) { (archive, connection) throws(StoreError) in
            guard let conversation = try archive.conversation(enrollment.conversation, on: connection),
                let owner = try OwnerColumns(.person(person), in: archive, on: connection)
            else { return false }
            let segments = try Self.teachers(enrollment.segments, of: owner, in: conversation, on: connection)
            guard !segments.isEmpty, segments.count == Set(enrollment.segments).count else { return false }
            var voice: Int64?
            switch enrollment.result {
            case .nothing: break
            case .makes(let id):
                let new = NewVoice(
                    id: id, owner: enrollment.sample.owner, voiceprint: voiceprint, evidence: enrollment.sample.duration,
                    created: enrollment.sample.created)
                _ = try Self.insert(new, owner, in: archive, on: connection)
                voice = try archive.voice(id, on: connection)
            }
            let sample = try Self.insert(enrollment.sample, owner, in: archive, on: connection)
            try connection.run(
                "UPDATE speech_samples SET voice = ?, makes_voice = ? WHERE number = ?",
                [.integer(voice), .flag(enrollment.result.makesVoice), .integer(sample)])
            for segment in segments {
                try connection.run(
                    "INSERT INTO speech_sample_sources (sample, segment) VALUES (?, ?)", [.integer(sample), .integer(segment)])
            }
            return true
        }
    }

    package func hasLearned(
        _ person: ID<Person>, from conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Bool {
        try await read(user) { (archive, connection) throws(StoreError) -> Bool? in
            guard let conversation = try archive.conversation(conversation, on: connection), let person = try archive.person(person, on: connection)
            else { return nil }
            return try connection.integer(
                """
                SELECT 1 FROM segments s JOIN speech_sample_sources o ON o.segment = s.number JOIN speech_samples l ON l.number = o.sample
                WHERE s.conversation = ? AND l.person = ? LIMIT 1
                """, [.integer(conversation), .integer(person)]) != nil
        } ?? false
    }

    package func rejectedEvidence(
        of person: ID<Person>, in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Int64? {
        try await read(user) { (archive, connection) throws(StoreError) -> Int64? in
            guard let conversation = try archive.conversation(conversation, on: connection), let person = try archive.person(person, on: connection)
            else { return nil }
            return try connection.integer(
                "SELECT evidence FROM rejected_enrollments WHERE conversation = ? AND person = ?", [.integer(conversation), .integer(person)])
        }
    }

    package func reject(
        _ evidence: Int64, of person: ID<Person>, in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) {
        _ = try await change(user) { (archive, connection) throws(StoreError) -> Bool? in
            guard let conversation = try archive.conversation(conversation, on: connection), let person = try archive.person(person, on: connection)
            else { return nil }
            try connection.run(
                """
                INSERT INTO rejected_enrollments (conversation, person, evidence) VALUES (?, ?, ?)
                ON CONFLICT (conversation, person) DO UPDATE SET evidence = excluded.evidence
                """, [.integer(conversation), .integer(person), .integer(evidence)])
            return true
        }
    }

    package func untaught(speaking least: Duration, limit: Int) async throws(StoreError) -> [UntaughtVoice] {
        try await database.read { (connection) throws(StoreError) in
            var found: [UntaughtVoice] = []
            // The query starts with the audio, because only the last days have audio.
            try connection.run(
                """
                SELECT p.id, c.id, a.user FROM (SELECT DISTINCT conversation FROM conversation_audio) k
                CROSS JOIN conversations c CROSS JOIN segments s INDEXED BY segments_in_order
                JOIN people q ON q.number = s.person JOIN people p ON p.number = coalesce(q.joined_to, q.number) AND NOT p.is_gone
                JOIN archives a ON a.number = c.archive
                WHERE c.number = k.conversation AND s.conversation = c.number AND c.status = 'completed' AND s.identified_by = 'manual'
                GROUP BY c.number, p.number, a.number HAVING sum(s.end_at - s.start_at) >= ?1 AND NOT EXISTS (
                    SELECT 1 FROM segments t JOIN speech_sample_sources o ON o.segment = t.number JOIN speech_samples l ON l.number = o.sample
                    WHERE t.conversation = c.number AND l.person = p.number)
                ORDER BY EXISTS (SELECT 1 FROM rejected_enrollments r WHERE r.conversation = c.number AND r.person = p.number),
                c.started_at DESC, p.number LIMIT ?2
                """, [.integer(least.wholeNanoseconds), .integer(limit)]
            ) { (row) throws(StoreError) in
                guard let person = row.text(0), let conversation = row.text(1), let user = row.text(2) else { return }
                found.append(UntaughtVoice(ID(person), in: ID(conversation), of: ID(user)))
            }
            return found
        }
    }

    /// Returns the row numbers of the segments that are assigned to the person by hand and that nothing was learned from yet.
    private static func teachers(
        _ segments: [ID<Segment>], of owner: OwnerColumns, in conversation: Int64, on connection: borrowing SQLConnection
    ) throws(StoreError) -> [Int64] {
        var numbers: [Int64] = []
        // With the sign, SQLite does not begin at all segments of the person.
        try connection.run(
            """
            SELECT number FROM segments WHERE conversation = ?1 AND id IN (SELECT value FROM json_each(?2))
            AND +person IN (SELECT number FROM people WHERE number = ?3 OR joined_to = ?3) AND identified_by = 'manual'
            AND NOT EXISTS (SELECT 1 FROM speech_sample_sources WHERE segment = segments.number)
            """, [.integer(conversation), .text(SegmentCoding.list(segments.map(\.rawValue))), .integer(owner.person)]
        ) { (row) throws(StoreError) in
            if let number = row.integer(0) { numbers.append(number) }
        }
        return numbers
    }

    /// Forgets what was learned of people's voices from segments that are not assigned to these people by hand any more.
    ///
    /// - Parameter segments: the segments' ids, as a JSON list.
    /// - Returns: true if something was forgotten.
    static func unlearn(
        segments: SQLValue, of conversation: Int64, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Bool {
        var wrong: [(sample: Int64, voice: Int64?, isMade: Bool)] = []
        // A voice that has received another owner since then keeps that owner.
        try connection.run(
            """
            SELECT DISTINCT l.number, v.number, l.makes_voice FROM segments s JOIN speech_sample_sources o ON o.segment = s.number
            JOIN speech_samples l ON l.number = o.sample LEFT JOIN voices v ON v.number = l.voice AND v.person = l.person
            LEFT JOIN people q ON q.number = s.person WHERE s.conversation = ?1 AND s.id IN (SELECT value FROM json_each(?2))
            AND (coalesce(q.joined_to, q.number) IS DISTINCT FROM l.person OR s.identified_by IS DISTINCT FROM 'manual')
            """, [.integer(conversation), segments]
        ) { (row) throws(StoreError) in
            if let sample = row.integer(0) { wrong.append((sample, row.integer(1), row.flag(2))) }
        }
        for (sample, voice, isMade) in wrong {
            try connection.run("DELETE FROM speech_samples WHERE number = ? RETURNING file", [.integer(sample)]) { (row) throws(StoreError) in
                try abandon(row.text(0), on: connection)
            }
            guard let voice else { continue }
            // Earlier versions gave a voice without a name to the person in place of making one.
            if isMade { try forget(voice: voice, on: connection) } else { try name(voice, .nobody, on: connection) }
        }
        if !wrong.isEmpty { try noteErasure(of: .rows, on: connection) }
        return !wrong.isEmpty
    }
}

extension VoiceEnrollment.Result {
    fileprivate var makesVoice: Bool { if case .makes = self { true } else { false } }
}
