import Conversations
import Speech

/// Writes segments of one conversation.
struct SegmentWriting {
    private let words: any WordIndex
    private let archive: UserPartition
    private let conversation: Int64
    private let count: Int

    /// - Parameter conversation: number of the conversation's row.
    init(_ words: any WordIndex, _ archive: UserPartition, conversation: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        self.words = words
        self.archive = archive
        self.conversation = conversation
        count = Int(try connection.integer("SELECT segment_count FROM conversations WHERE number = ?", [.integer(conversation)]) ?? 0)
    }

    func remove(_ ids: [ID<Segment>], on connection: borrowing SQLConnection) throws(StoreError) {
        for id in ids {
            try connection.run(
                "DELETE FROM segments WHERE conversation = ? AND id = ?", [.integer(conversation), .text(id.rawValue)])
            guard try connection.changedRows() == 1 else { continue }
            try connection.run("UPDATE conversations SET segment_count = segment_count - 1 WHERE number = ?", [.integer(conversation)])
        }
    }

    /// Writes new and changed segments.
    func write(_ segments: [Segment], on connection: borrowing SQLConnection) throws(StoreError) {
        guard !segments.isEmpty else { return }
        for segment in segments { try ConversationLimits.check(segment) }
        var new: [Segment] = [], updated: [ID<Segment>] = []
        var voices: [ID<Voice>: Int64?] = [:], people: [ID<Person>: Int64?] = [:]
        for segment in segments {
            let number = try connection.integer(
                "SELECT number FROM segments WHERE conversation = ? AND id = ?", [.integer(conversation), .text(segment.id.rawValue)])
            if let number {
                let speaker = try speaker(of: segment, at: number, &voices, &people, on: connection)
                try update(segment, number, speaker, on: connection)
                updated.append(segment.id)
            } else {
                new.append(segment)
            }
        }
        if !updated.isEmpty { try words.update(updated, of: conversation, on: connection) }
        guard !new.isEmpty else { return }
        try ConversationLimits.check(count + new.count, "segments in a conversation", most: ConversationLimits.segments)
        let first = try archive.takeSegmentNumbers(new.count, on: connection)
        for (index, segment) in new.enumerated() {
            let speaker = try speaker(of: segment, at: nil, &voices, &people, on: connection)
            try insert(segment, first + Int64(index), speaker, on: connection)
        }
        try count(new.count, from: first, on: connection)
    }

    /// Writes segments of a conversation that comes from another gateway. Speakers who do not exist are left out.
    ///
    /// - Parameter segments: segments that are within `ConversationLimits`, and that the conversation does not have.
    /// - Returns: the number of segments with a speaker who does not exist.
    func importNew(_ segments: ArraySlice<PortableSegment>, on connection: borrowing SQLConnection) throws(StoreError) -> Int {
        guard !segments.isEmpty else { return 0 }
        var unknown = 0
        var voices: [ID<Voice>: Int64?] = [:], people: [ID<Person>: Int64?] = [:]
        let first = try archive.takeSegmentNumbers(segments.count, on: connection)
        for (index, portable) in segments.enumerated() {
            let number = first + Int64(index)
            var isUnknown = false
            var speaker = Speaker(isUser: portable.named == .user)
            if case .person(let id) = portable.named {
                if people[id] == nil { people[id] = try archive.person(id, on: connection) }
                speaker.person = people[id] ?? nil
                isUnknown = speaker.person == nil
            }
            if let id = portable.voice {
                // A segment of a merged voice stays with that voice, as it does after the merge.
                if voices[id] == nil { voices[id] = try archive.ownVoice(id, on: connection) }
                speaker.voice = voices[id] ?? nil
                if speaker.voice == nil { isUnknown = true }
            }
            if isUnknown { unknown += 1 }
            var segment = portable.segment
            // A speaker whom nobody knows was recognized by nothing.
            if speaker.person == nil, !speaker.isUser, speaker.voice == nil, portable.segment.identity.who != .unknown {
                segment.identity = .unknown
            }
            try insert(segment, number, speaker, on: connection)
        }
        try count(segments.count, from: first, on: connection)
        return unknown
    }

    /// Notes new segments in the conversation's row.
    private func count(_ added: Int, from first: Int64, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            """
            UPDATE conversations SET segment_count = segment_count + ?2, first_segment = min(coalesce(first_segment, ?3), ?3),
            last_segment = max(coalesce(last_segment, ?4), ?4) WHERE number = ?1
            """, [.integer(conversation), .integer(added), .integer(first), .integer(first + Int64(added) - 1)])
    }

    // MARK: Rows

    private func insert(_ segment: Segment, _ number: Int64, _ speaker: Speaker, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            SegmentRow.insert,
            [.integer(number), .integer(conversation), .text(segment.id.rawValue), .flag(segment.isEdited)] + identity(segment, speaker)
                + SegmentRow.values(segment))
        try words.add(segment.text, of: number, on: connection)
    }

    private func update(_ segment: Segment, _ number: Int64, _ speaker: Speaker, on connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run(
            SegmentRow.update, [.integer(number), .flag(speaker.isFixed)] + identity(segment, speaker) + SegmentRow.values(segment))
    }

    /// Values of `SegmentRow.identity`.
    private func identity(_ segment: Segment, _ speaker: Speaker) -> [SQLValue] {
        [
            .integer(speaker.person), .flag(speaker.isUser), .integer(speaker.voice), .text(segment.identity.source?.rawValue),
            .real(segment.identity.confidence),
        ]
    }

    // MARK: Who speaks

    /// The speaker of a segment, as columns.
    private struct Speaker {
        var person: Int64?
        var isUser = false
        var voice: Int64?
        /// True if the stored speaker stays, because it was assigned by hand.
        var isFixed = false
    }

    /// - Parameter number: number of the segment's row; nil for a new segment.
    private func speaker(
        of segment: Segment, at number: Int64?, _ voices: inout [ID<Voice>: Int64?], _ people: inout [ID<Person>: Int64?],
        on connection: borrowing SQLConnection
    ) throws(StoreError) -> Speaker {
        var stored = Speaker(), storedOwner = Speaker()
        if let number {
            try connection.run(
                """
                SELECT CASE WHEN w.number IS NULL THEN NULL ELSE s.voice END, s.identified_by = 'manual', w.person, w.is_user
                FROM segments s LEFT JOIN voices v ON v.number = s.voice
                LEFT JOIN voices w ON w.number = coalesce(v.joined_to, v.number) AND NOT w.is_gone WHERE s.number = ?
                """, [.integer(number)]
            ) { (row) throws(StoreError) in
                stored = Speaker(voice: row.integer(0), isFixed: row.flag(1) && !segment.identity.isFixed)
                storedOwner = Speaker(person: row.integer(2), isUser: row.flag(3))
            }
        }
        if stored.isFixed { return stored }
        let owner: Speaker
        switch segment.identity.who {
        case .unknown: return Speaker()
        case .voice(let id):
            if voices[id] == nil { voices[id] = try archive.voice(id, on: connection) }
            return Speaker(voice: voices[id] ?? nil)
        case .user: owner = Speaker(isUser: true)
        case .person(let id):
            if people[id] == nil { people[id] = try archive.person(id, on: connection) }
            guard let person = people[id] ?? nil else { return Speaker() }
            owner = Speaker(person: person)
        }
        if segment.identity.source == .voiceprint {
            // The segment is stored with its voice, so that a later change of the voice's owner changes the segment's speaker too.
            if let voice = stored.voice, storedOwner.person == owner.person, storedOwner.isUser == owner.isUser { return Speaker(voice: voice) }
            let voice = try connection.integer(
                """
                SELECT number FROM voices WHERE joined_to IS NULL AND (person = ?2 OR archive = ?1 AND is_user AND ?3)
                ORDER BY adopted_at IS NOT NULL, number LIMIT 1
                """, [.integer(archive.number), .integer(owner.person), .flag(owner.isUser)])
            if let voice { return Speaker(voice: voice) }
        }
        return Speaker(person: owner.person, isUser: owner.isUser, voice: stored.voice)
    }
}
