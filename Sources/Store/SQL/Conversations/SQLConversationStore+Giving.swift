package import Conversations
package import Speech

extension SQLConversationStore {
    package func portableVoices(of user: ID<User>) async throws(StoreError) -> [PortableVoice] {
        let voices = try await read(user) { (archive, connection) throws(StoreError) -> [PortableVoice]? in
            var rejected: [Int64: [Voice.Owner]] = [:]
            try connection.run(
                """
                SELECT r.voice, p.id FROM rejected_owners r JOIN voices v ON v.number = r.voice LEFT JOIN people p ON p.number = r.person
                WHERE v.archive = ? ORDER BY r.voice, p.id
                """, [.integer(archive.number)]
            ) { (row) throws(StoreError) in
                if let voice = row.integer(0) { rejected[voice, default: []].append(row.text(1).map { .person(ID($0)) } ?? .user) }
            }
            var voices: [PortableVoice] = []
            try connection.run(
                """
                SELECT v.number, v.id, v.label, p.id, v.is_user, v.model, v.direction, v.evidence, v.created_at, v.adopted_at, v.adoption_distance, j.id
                FROM voices v LEFT JOIN people p ON p.number = v.person LEFT JOIN voices j ON j.number = v.joined_to
                WHERE v.archive = ? ORDER BY v.joined_to IS NOT NULL, v.label
                """, [.integer(archive.number)]
            ) { (row) throws(StoreError) in
                voices.append(
                    PortableVoice(
                        id: ID(row.text(1) ?? ""), number: Int(row.integer(2) ?? 0),
                        owner: row.flag(4) ? .user : row.text(3).map { .person(ID($0)) } ?? .nobody, model: row.text(5) ?? "",
                        direction: DirectionCoding.decode(row.blob(6) ?? []), evidence: row.duration(7), created: row.time(8),
                        adoption: row.integer(9).map { _ in Voice.Adoption(row.time(9), distance: Float(row.real(10) ?? 0)) },
                        joined: row.text(11).map { ID($0) }, rejected: rejected[row.integer(0) ?? 0] ?? []))
            }
            return voices
        }
        return voices ?? []
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
                SELECT p.id, s.is_user, v.id, s.is_edited FROM segments s LEFT JOIN people p ON p.number = s.person
                LEFT JOIN voices v ON v.number = s.voice WHERE s.conversation = ? ORDER BY s.start_at, s.number
                """, [.integer(number)]
            ) { (row) throws(StoreError) in
                guard let segment = segments.popFirst() else { return }
                found.segments.append(
                    PortableSegment(
                        segment, named: row.text(0).map { .person(ID($0)) } ?? (row.flag(1) ? .user : .nobody), voice: row.text(2).map { ID($0) },
                        isEdited: row.flag(3)))
            }
            return found
        }
    }

    package func portableSamples(of user: ID<User>) async throws(StoreError) -> [PortableSample] {
        let samples = try await read(user) { (archive, connection) throws(StoreError) -> [PortableSample]? in
            var sources: [Int64: [PortableSample.Source]] = [:]
            try connection.run(
                """
                SELECT o.sample, c.id, s.id FROM speech_samples l JOIN speech_sample_sources o ON o.sample = l.number
                JOIN segments s ON s.number = o.segment JOIN conversations c ON c.number = s.conversation
                WHERE l.archive = ? ORDER BY o.sample, c.number, s.start_at, s.number
                """, [.integer(archive.number)]
            ) { (row) throws(StoreError) in
                guard let sample = row.integer(0), let conversation = row.text(1), let segment = row.text(2) else { return }
                sources[sample, default: []].append(PortableSample.Source(ID(segment), in: ID(conversation)))
            }
            var samples: [PortableSample] = []
            try connection.run(
                """
                SELECT l.number, l.id, p.id, l.file, l.duration, l.model, l.direction, l.created_at, v.id, l.makes_voice FROM speech_samples l
                LEFT JOIN people p ON p.number = l.person LEFT JOIN voices v ON v.number = l.voice WHERE l.archive = ? ORDER BY l.number
                """, [.integer(archive.number)]
            ) { (row) throws(StoreError) in
                samples.append(
                    PortableSample(
                        id: ID(row.text(1) ?? ""), owner: row.text(2).map { .person(ID($0)) } ?? .user, file: row.text(3),
                        duration: row.duration(4), model: row.text(5), direction: DirectionCoding.decode(row.blob(6) ?? []), created: row.time(7),
                        voice: row.text(8).map { ID($0) }, makesVoice: row.flag(9), sources: sources[row.integer(0) ?? 0] ?? []))
            }
            return samples
        }
        return samples ?? []
    }
}
