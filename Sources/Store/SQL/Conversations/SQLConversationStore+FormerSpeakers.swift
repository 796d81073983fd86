package import Conversations
package import Speech

extension SQLConversationStore {
    /// Reads the speakers of segments before an assignment, as the rows have them.
    ///
    /// - Parameter segments: the segments' ids, as a JSON list.
    static func formerSpeakers(
        of segments: SQLValue, in conversation: Int64, on connection: borrowing SQLConnection
    ) throws(StoreError) -> [FormerSpeaker] {
        var speakers: [FormerSpeaker] = []
        // With the sign, SQLite finds the segments by their ids, and not in the order of all segments.
        try connection.run(
            """
            SELECT s.id, CASE WHEN q.is_gone THEN NULL ELSE q.id END, s.is_user, CASE WHEN q.is_gone OR v.is_gone THEN NULL ELSE v.id END,
            CASE WHEN q.is_gone THEN NULL ELSE s.identified_by END, s.confidence
            FROM segments s LEFT JOIN people p ON p.number = s.person LEFT JOIN people q ON q.number = coalesce(p.joined_to, p.number)
            LEFT JOIN voices v ON v.number = s.voice
            WHERE s.conversation = ?1 AND s.id IN (SELECT value FROM json_each(?2)) ORDER BY +s.start_at, s.number
            """, [.integer(conversation), segments]
        ) { (row) throws(StoreError) in
            speakers.append(
                FormerSpeaker(
                    ID(row.text(0) ?? ""), named: row.text(1).map { .person(ID($0)) } ?? (row.flag(2) ? .user : .nobody),
                    voice: row.text(3).map { ID($0) }, by: row.text(4).flatMap(SpeakerIdentity.Source.init(rawValue:)),
                    confidence: row.real(5).map { Float($0) }))
        }
        return speakers
    }

    package func restore(
        _ speakers: [FormerSpeaker], in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Bool {
        try ConversationLimits.check(speakers.count, "segments", most: ConversationLimits.segments)
        let list = SQLValue.text(SegmentCoding.list(speakers.map(\.segment.rawValue)))
        let isRevised = try await change(user) { (archive, connection) throws(StoreError) -> Bool? in
            guard let number = try archive.conversation(conversation, on: connection) else { return nil }
            var rows = FormerRows(archive: archive)
            for speaker in speakers {
                try connection.run(
                    """
                    UPDATE segments SET person = ?, is_user = ?, voice = ?, identified_by = ?, confidence = ? WHERE conversation = ? AND id = ?
                    """, try rows.identity(of: speaker, on: connection) + [.integer(number), .text(speaker.segment.rawValue)])
            }
            guard try Self.unlearn(segments: list, of: number, on: connection) else { return false }
            try archive.revise(on: connection)
            return true
        }
        guard let isRevised else { return false }
        if isRevised {
            revisions.tell(user)
            startErasing()
            startReclaiming()
        }
        return true
    }
}

/// Rows of the people and voices whom former speakers name.
private struct FormerRows {
    let archive: UserPartition
    private var people: [ID<Person>: Int64?] = [:], voices: [ID<Voice>: Int64?] = [:]

    init(archive: UserPartition) { self.archive = archive }

    private static let unknown: [SQLValue] = [.integer(nil), .flag(false), .integer(nil), .text(nil), .real(nil as Double?)]

    /// Returns the columns person, is_user, voice, identified_by and confidence. A segment whose speaker does not exist any more has none, as
    /// after `GoneSpeakers`.
    mutating func identity(of speaker: FormerSpeaker, on connection: borrowing SQLConnection) throws(StoreError) -> [SQLValue] {
        var person: Int64?, voice: Int64?
        if case .person(let id) = speaker.named {
            if people[id] == nil { people[id] = try archive.person(id, on: connection) }
            person = people[id] ?? nil
            guard person != nil else { return Self.unknown }
        }
        if let id = speaker.voice {
            if voices[id] == nil { voices[id] = try archive.ownVoice(id, on: connection) }
            voice = voices[id] ?? nil
        }
        if speaker.named == .nobody, voice == nil, speaker.voice != nil || speaker.source != .manual { return Self.unknown }
        return [
            .integer(person), .flag(speaker.named == .user), .integer(voice), .text(speaker.source?.rawValue), .real(speaker.confidence),
        ]
    }
}
