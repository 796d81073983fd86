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

    /// Reads the speakers of a conversation's segments that automation has given to others than their voice.
    static func assignedSpeakers(in conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) -> [FormerSpeaker] {
        var segments: [String] = []
        try connection.run(
            """
            SELECT id FROM segments INDEXED BY segments_in_order WHERE conversation = ? AND voice IS NOT NULL AND (person IS NOT NULL OR is_user)
            AND identified_by IS DISTINCT FROM 'manual'
            """, [.integer(conversation)]
        ) { (row) throws(StoreError) in segments.append(row.text(0) ?? "") }
        guard !segments.isEmpty else { return [] }
        return try formerSpeakers(of: .text(SegmentCoding.list(segments)), in: conversation, on: connection)
    }

    /// Reads the owner of a voice before an assignment.
    ///
    /// - Parameters:
    ///   - voice: number of the voice's row.
    ///   - owner: the new owner.
    static func formerOwner(
        of voice: Int64, before owner: OwnerColumns, on connection: borrowing SQLConnection
    ) throws(StoreError) -> FormerOwner? {
        var former: FormerOwner?
        try connection.run(
            """
            SELECT v.id, p.id, v.is_user, v.adopted_at, v.adoption_distance, EXISTS (SELECT 1 FROM rejected_owners r WHERE r.voice = v.number
            AND r.person IS NOT DISTINCT FROM ?2 AND (?2 IS NOT NULL OR ?3))
            FROM voices v LEFT JOIN people p ON p.number = v.person WHERE v.number = ?1
            """, [.integer(voice), .integer(owner.person), .flag(owner.isUser)]
        ) { (row) throws(StoreError) in
            former = FormerOwner(
                ID(row.text(0) ?? ""), row.flag(2) ? .user : row.text(1).map { .person(ID($0)) } ?? .nobody,
                adoption: row.integer(3).map { _ in Voice.Adoption(row.time(3), distance: Float(row.real(4) ?? 0)) }, wasRejected: row.flag(5))
        }
        return former
    }

    /// Gives voices their former owners. Returns true when there are such voices.
    private static func restore(
        _ owners: [FormerOwner], in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> Bool {
        var isRevised = false
        for former in owners {
            // The owner of a voice that was merged into another one is that of the other.
            guard
                let voice = try connection.integer(
                    "SELECT number FROM voices WHERE archive = ? AND id = ? AND joined_to IS NULL AND NOT is_gone",
                    [.integer(archive.number), .text(former.voice.rawValue)])
            else { continue }
            let owner = try OwnerColumns(former.owner, in: archive, on: connection) ?? .nobody
            try name(voice, owner, rejectsFormer: former.wasRejected, on: connection)
            if let adoption = former.adoption, owner.person != nil || owner.isUser {
                try connection.run(
                    "UPDATE voices SET adopted_at = ?, adoption_distance = ? WHERE number = ?",
                    [.time(adoption.time), .real(adoption.distance), .integer(voice)])
            }
            isRevised = true
        }
        return isRevised
    }

    package func restore(
        _ speakers: [FormerSpeaker], owners: [FormerOwner], in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Bool {
        try ConversationLimits.check(speakers.count, "segments", most: ConversationLimits.segments)
        try ConversationLimits.check(owners.count, "voices", most: ConversationLimits.voices)
        return try await changeSpeakers(in: conversation, of: user) { (_, _) throws(StoreError) in .restoration(speakers, owners: owners) } != nil
    }

    /// Gives segments their former speakers, and voices their former owners.
    static func restore(
        _ speakers: [FormerSpeaker], owners: [FormerOwner], in conversation: Int64, of archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> SpeakerParts.Effect {
        let isRenamed = try restore(owners, in: archive, on: connection)
        var rows = FormerRows(archive: archive)
        for speaker in speakers {
            try connection.run(
                """
                UPDATE segments SET person = ?, is_user = ?, voice = ?, identified_by = ?, confidence = ? WHERE conversation = ? AND id = ?
                """, try rows.identity(of: speaker, on: connection) + [.integer(conversation), .text(speaker.segment.rawValue)])
        }
        let list = SQLValue.text(SegmentCoding.list(speakers.map(\.segment.rawValue)))
        let isUnlearned = try unlearn(segments: list, of: conversation, on: connection)
        return SpeakerParts.Effect(isRevised: isRenamed || isUnlearned)
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
