package import Conversations
package import Speech

extension SQLConversationStore {
    package func portableVoices(
        of user: ID<User>, after cursor: PortableCursor, limit: Int
    ) async throws(StoreError) -> PortablePage<PortableVoice> {
        try await page(of: user) { (archive, connection) throws(StoreError) in
            var voices: [PortableVoice] = [], places: [PortableCursor] = []
            try connection.run(
                """
                SELECT v.number, v.id, v.label, p.id, v.is_user, v.model, v.direction, v.evidence, v.created_at, v.adopted_at, v.adoption_distance,
                j.id FROM voices v LEFT JOIN people p ON p.number = v.person LEFT JOIN voices j ON j.number = v.joined_to
                WHERE v.archive = ?1 AND NOT v.is_gone AND (CAST(CASE WHEN v.joined_to IS NULL THEN 0 ELSE 1 END AS BIGINT) > ?2
                OR CAST(CASE WHEN v.joined_to IS NULL THEN 0 ELSE 1 END AS BIGINT) = ?2 AND v.number > ?3)
                ORDER BY v.joined_to IS NOT NULL, v.number LIMIT ?4
                """, [.integer(archive.number), .integer(cursor.value), .integer(cursor.number), .integer(limit)]
            ) { (row) throws(StoreError) in
                let joined: ID<Voice>? = row.text(11).map { ID($0) }
                places.append(PortableCursor(value: joined == nil ? 0 : 1, number: row.integer(0) ?? 0))
                voices.append(
                    PortableVoice(
                        id: ID(row.text(1) ?? ""), number: Int(row.integer(2) ?? 0),
                        owner: row.flag(4) ? .user : row.text(3).map { .person(ID($0)) } ?? .nobody, model: row.text(5) ?? "",
                        direction: DirectionCoding.decode(row.blob(6) ?? []), evidence: row.duration(7), created: row.time(8),
                        adoption: row.integer(9).map { _ in Voice.Adoption(row.time(9), distance: Float(row.real(10) ?? 0)) }, joined: joined))
            }
            for (index, place) in places.enumerated() {
                try connection.run(
                    "SELECT p.id FROM rejected_owners r LEFT JOIN people p ON p.number = r.person WHERE r.voice = ? ORDER BY p.id",
                    [.integer(place.number)]
                ) { (row) throws(StoreError) in voices[index].rejected.append(row.text(0).map { .person(ID($0)) } ?? .user) }
            }
            return Self.page(voices, places, limit)
        }
    }

    package func portableConversations(
        of user: ID<User>, after cursor: PortableCursor, limit: Int
    ) async throws(StoreError) -> PortablePage<ID<Conversation>> {
        try await page(of: user) { (archive, connection) throws(StoreError) in
            var ids: [ID<Conversation>] = [], places: [PortableCursor] = []
            try connection.run(
                """
                SELECT id, started_at, number FROM conversations WHERE archive = ?1
                AND (started_at > ?2 OR started_at = ?2 AND number > ?3) ORDER BY started_at, number LIMIT ?4
                """, [.integer(archive.number), .integer(cursor.value), .integer(cursor.number), .integer(limit)]
            ) { (row) throws(StoreError) in
                ids.append(ID(row.text(0) ?? ""))
                places.append(PortableCursor(value: row.integer(1) ?? 0, number: row.integer(2) ?? 0))
            }
            return Self.page(ids, places, limit)
        }
    }

    package func portableConversation(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> PortableConversation? {
        try await read(user) { (archive, connection) throws(StoreError) -> PortableConversation? in
            guard let number = try archive.conversation(id, on: connection), let whole = try ConversationRow.whole(number, on: connection) else {
                return nil
            }
            var found = PortableConversation(whole, isTitledByHand: false, segments: [])
            found.conversation.segments = []
            found.isTitledByHand =
                try connection.integer("SELECT 1 FROM conversations WHERE number = ? AND is_titled", [.integer(number)]) != nil
            var segments = whole.segments[...]
            // In the order of `SegmentRow.select`.
            try connection.run(
                """
                SELECT CASE WHEN q.is_gone THEN NULL ELSE q.id END, s.is_user, CASE WHEN q.is_gone OR v.is_gone THEN NULL ELSE v.id END
                FROM segments s LEFT JOIN people p ON p.number = s.person LEFT JOIN people q ON q.number = coalesce(p.joined_to, p.number)
                LEFT JOIN voices v ON v.number = s.voice WHERE s.conversation = ? ORDER BY s.start_at, s.number
                """, [.integer(number)]
            ) { (row) throws(StoreError) in
                guard let segment = segments.popFirst() else { return }
                found.segments.append(
                    PortableSegment(
                        segment, named: row.text(0).map { .person(ID($0)) } ?? (row.flag(1) ? .user : .nobody), voice: row.text(2).map { ID($0) }))
            }
            return found
        }
    }

    package func portableSamples(
        of user: ID<User>, after cursor: PortableCursor, limit: Int
    ) async throws(StoreError) -> PortablePage<PortableSample> {
        try await page(of: user) { (archive, connection) throws(StoreError) in
            var samples: [PortableSample] = [], places: [PortableCursor] = []
            try connection.run(
                """
                SELECT l.number, l.id, p.id, l.file, l.duration, l.model, l.direction, l.created_at,
                CASE WHEN v.is_gone THEN NULL ELSE v.id END, l.makes_voice FROM speech_samples l
                LEFT JOIN people p ON p.number = l.person LEFT JOIN voices v ON v.number = l.voice
                WHERE l.archive = ? AND l.number > ? ORDER BY l.number LIMIT ?
                """, [.integer(archive.number), .integer(cursor.number), .integer(limit)]
            ) { (row) throws(StoreError) in
                places.append(PortableCursor(value: 0, number: row.integer(0) ?? 0))
                samples.append(
                    PortableSample(
                        id: ID(row.text(1) ?? ""), owner: row.text(2).map { .person(ID($0)) } ?? .user, file: row.text(3),
                        duration: row.duration(4), model: row.text(5), direction: DirectionCoding.decode(row.blob(6) ?? []), created: row.time(7),
                        voice: row.text(8).map { ID($0) }, makesVoice: row.flag(9)))
            }
            for (index, place) in places.enumerated() {
                try connection.run(
                    """
                    SELECT c.id, s.id FROM speech_sample_sources o JOIN segments s ON s.number = o.segment
                    JOIN conversations c ON c.number = s.conversation WHERE o.sample = ? ORDER BY c.number, s.start_at, s.number
                    """, [.integer(place.number)]
                ) { (row) throws(StoreError) in
                    guard let conversation = row.text(0), let segment = row.text(1) else { return }
                    samples[index].sources.append(PortableSample.Source(ID(segment), in: ID(conversation)))
                }
            }
            return Self.page(samples, places, limit)
        }
    }

    // MARK: Parts of these

    /// Reads a page of the user's data; an empty one when nothing was ever stored for the user.
    private func page<Element: Sendable>(
        of user: ID<User>, _ body: @escaping @Sendable (UserPartition, borrowing SQLConnection) throws(StoreError) -> PortablePage<Element>
    ) async throws(StoreError) -> PortablePage<Element> {
        let page = try await read(user) { (archive, connection) throws(StoreError) -> PortablePage<Element>? in try body(archive, connection) }
        return page ?? PortablePage(elements: [])
    }

    private static func page<Element>(_ elements: [Element], _ places: [PortableCursor], _ limit: Int) -> PortablePage<Element> {
        PortablePage(elements: elements, next: elements.count < limit ? nil : places.last)
    }
}
