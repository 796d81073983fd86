package import Conversations
package import Speech

extension SQLConversationStore {
    package func conversation(_ id: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Conversation? {
        try await read(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.conversation(id, on: connection) else { return nil }
            return try ConversationRow.whole(number, on: connection)
        }
    }

    package func inProgress(of user: ID<User>, source: String, device: String?) async throws(StoreError) -> Conversation? {
        try await read(user) { (archive, connection) throws(StoreError) in
            // By itself SQLite reads the user's conversations in the order of time, all of them when none is in progress. Recordings in chunks belong
            // to no session.
            let number = try connection.integer(
                """
                SELECT number FROM conversations INDEXED BY conversations_open WHERE archive = ? AND source = ? AND device IS NOT DISTINCT FROM ?
                AND status IN ('in_progress', 'processing') AND status = 'in_progress'
                AND NOT EXISTS (SELECT 1 FROM background_recordings b WHERE b.user = ? AND b.conversation = conversations.id)
                ORDER BY started_at DESC, number DESC LIMIT 1
                """, [.integer(archive.number), .text(source), .text(device), .text(user.rawValue)])
            guard let number else { return nil }
            return try ConversationRow.whole(number, on: connection)
        }
    }

    package func standing(
        _ status: Conversation.Status, since time: UnixTime, limit: Int
    ) async throws(StoreError) -> [StandingConversation] {
        try await database.read { (connection) throws(StoreError) in
            var found: [StandingConversation] = []
            try connection.run(
                connection.isRemote ? Self.abandoned : Self.standing, [.text(status.rawValue), .time(time), .integer(max(0, limit))]
            ) { (row) throws(StoreError) in
                found.append(StandingConversation(conversation: ConversationRow.conversation(row), hasWords: (row.integer(14) ?? 0) > 0))
            }
            return found
        }
    }

    private static let standing: StaticString = """
        SELECT c.id, a.user, c.status, c.source, c.device, c.language, c.title, c.summary, c.started_at, c.finished_at, c.reason,
        c.call, c.timeout, c.findings, c.segment_count
        FROM conversations c JOIN archives a ON a.number = c.archive
        WHERE c.status = ? AND c.status IN ('in_progress', 'processing') AND c.since <= ?
        AND a.user NOT IN (SELECT u.user FROM deleted_users u) ORDER BY c.since, c.number LIMIT ?
        """

    /// Conversations of other gateways that live are left to them. Recordings that come in chunks stay open for any gateway.
    private static let abandoned: StaticString = """
        SELECT c.id, a.user, c.status, c.source, c.device, c.language, c.title, c.summary, c.started_at, c.finished_at, c.reason,
        c.call, c.timeout, c.findings, c.segment_count
        FROM conversations c JOIN archives a ON a.number = c.archive
        WHERE c.status = ? AND c.status IN ('in_progress', 'processing') AND c.since <= ?
        AND a.user NOT IN (SELECT u.user FROM deleted_users u)
        AND (c.replica = this_replica() OR NOT coalesce(replica_lives(c.replica), FALSE))
        AND NOT EXISTS (SELECT 1 FROM background_recordings b WHERE b.user = a.user AND b.conversation = c.id AND b.state <> 'finished')
        ORDER BY c.since, c.number LIMIT ?
        """

    package func mayTakeUp(_ conversation: ID<Conversation>, of user: ID<User>) async throws(StoreError) -> Bool {
        try await database.read(for: user) { (connection) throws(StoreError) in
            // One process has one SQLite database.
            guard connection.isRemote else { return true }
            var mayTakeUp = true
            try connection.run(
                """
                SELECT c.replica IS DISTINCT FROM this_replica() AND coalesce(replica_lives(c.replica), FALSE)
                FROM conversations c JOIN archives a ON a.number = c.archive WHERE a.user = ? AND c.id = ?
                """, [.text(user.rawValue), .text(conversation.rawValue)]
            ) { (row) throws(StoreError) in mayTakeUp = !row.flag(0) }
            return mayTakeUp
        }
    }

    package func lastCompleted(of user: ID<User>) async throws(StoreError) -> ID<Conversation>? {
        try await read(user) { (archive, connection) throws(StoreError) in
            var found: ID<Conversation>?
            try connection.run(
                """
                SELECT id FROM conversations WHERE archive = ? AND status = 'completed' ORDER BY started_at DESC, number DESC LIMIT 1
                """, [.integer(archive.number)]
            ) { (row) throws(StoreError) in found = row.text(0).map { ID($0) } }
            return found
        }
    }

    package func list(_ query: ConversationQuery, of user: ID<User>) async throws(StoreError) -> ConversationPage {
        let limit = max(1, min(query.limit, ConversationLimits.page))
        let cursor = query.cursor.map { ListCursor($0) }
        // A cursor that was not made by this store leads to an empty page.
        if let cursor, cursor == nil { return ConversationPage(conversations: [], next: nil) }
        let page = try await read(user) { (archive, connection) throws(StoreError) -> ConversationPage? in
            guard let marks = try SpeakerMarks(query.speaker, in: archive, on: connection) else { return nil }
            var rows: [(conversation: Conversation, number: Int64)] = []
            var lengths: [ID<Conversation>: Duration] = [:]
            try connection.run(
                Self.listing,
                [
                    .integer(archive.number), .integer(query.from?.milliseconds ?? .min), .integer(query.to?.milliseconds ?? .max),
                    .integer(cursor??.value), .integer(cursor??.number),
                    .text(query.statuses.isEmpty ? nil : SegmentCoding.list(query.statuses.map(\.rawValue))),
                    .text(query.speaker == .nobody ? nil : SegmentCoding.list(marks.words)), .integer(limit + 1), .flag(query.hasGaps),
                ]
            ) { (row) throws(StoreError) in
                let conversation = ConversationRow.conversation(row)
                rows.append((conversation, row.integer(14) ?? 0))
                lengths[conversation.id] = row.duration(15)
            }
            var next: String?
            if rows.count > limit {
                rows.removeLast()
                next = rows.last.map { ListCursor(value: $0.conversation.started.milliseconds, number: $0.number).text }
            }
            return ConversationPage(conversations: rows.map(\.conversation), next: next, lengths: lengths)
        }
        return page ?? ConversationPage(conversations: [], next: nil)
    }

    package func listed(_ conversations: [ID<Conversation>], of user: ID<User>) async throws(StoreError) -> ConversationPage {
        try await read(user) { (archive, connection) throws(StoreError) -> ConversationPage? in
            var page = ConversationPage(conversations: [], next: nil)
            for id in conversations.prefix(ConversationLimits.page) {
                guard let number = try archive.conversation(id, on: connection), let found = try ConversationRow.head(number, on: connection) else {
                    continue
                }
                page.conversations.append(found)
                let length = try connection.integer("SELECT max(end_at) FROM segments WHERE conversation = ?", [.integer(number)])
                page.lengths[id] = .nanoseconds(length ?? 0)
            }
            return page
        } ?? ConversationPage(conversations: [], next: nil)
    }

    package func outlines(
        of conversations: [ID<Conversation>], of user: ID<User>
    ) async throws(StoreError) -> [ID<Conversation>: ConversationOutline] {
        try await read(user) { (archive, connection) throws(StoreError) in
            var outlines: [ID<Conversation>: ConversationOutline] = [:]
            for id in conversations {
                guard let number = try archive.conversation(id, on: connection) else { continue }
                var outline = ConversationOutline()
                try connection.run(
                    ComposedSQL(
                        "SELECT ", SpeakerJoins.columns, ", s.start_at, s.end_at, s.speaker FROM segments s ", SpeakerJoins.of,
                        " WHERE s.conversation = ? ORDER BY s.start_at, s.number"), [.integer(number)]
                ) { (row) throws(StoreError) in
                    let who = ConversationRow.who(
                        person: row.text(0), isUser: row.flag(1), voice: row.text(2), isUsersVoice: row.flag(3), voicesPerson: row.text(4))
                    outline.add(from: row.duration(5), to: row.duration(6), by: who, number: row.integer(7).map { SpeakerNumber(Int($0)) })
                }
                outlines[id] = outline
            }
            return outlines
        } ?? [:]
    }

    package func places(
        in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> (conversation: Conversation, places: [SegmentPlace])? {
        try await read(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.conversation(conversation, on: connection), let head = try ConversationRow.head(number, on: connection)
            else {
                return nil
            }
            var places: [SegmentPlace] = []
            try connection.run(
                ComposedSQL(
                    "SELECT ", SpeakerJoins.columns, ", s.start_at, s.end_at, s.speaker, length(s.text), s.id FROM segments s ", SpeakerJoins.of,
                    " WHERE s.conversation = ? ORDER BY s.start_at, s.number"), [.integer(number)]
            ) { (row) throws(StoreError) in
                let who = ConversationRow.who(
                    person: row.text(0), isUser: row.flag(1), voice: row.text(2), isUsersVoice: row.flag(3), voicesPerson: row.text(4))
                let speaker = PlacedSpeaker(who, number: row.integer(7).map { SpeakerNumber(Int($0)) })
                places.append(
                    SegmentPlace(
                        ID(row.text(9) ?? ""), start: row.duration(5), end: row.duration(6), speaker: speaker, length: Int(row.integer(8) ?? 0)))
            }
            return (head, places)
        }
    }

    package func segments(
        _ ids: [ID<Segment>], in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> [Segment]? {
        try await read(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.conversation(conversation, on: connection) else { return nil }
            return try ConversationRow.segments(of: number, ids: ids, on: connection)
        }
    }

    package func segments(
        _ query: SegmentQuery, in conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> SegmentPage? {
        try await read(user) { (archive, connection) throws(StoreError) in
            guard let number = try archive.conversation(conversation, on: connection) else { return nil }
            var page = SegmentPage(segments: [], first: 0, total: 0)
            // One more than the page holds: if there is one, another page follows.
            let limit = max(1, query.limit)
            try connection.run(
                SegmentRow.page,
                [
                    .integer(number), .duration(query.from), .duration(query.to),
                    .integer(max(0, query.index)), .integer(limit + 1),
                ]
            ) { (row) throws(StoreError) in page.segments.append(ConversationRow.segment(row)) }
            if page.segments.count > limit {
                page.segments.removeLast()
                page.next = query.index + limit
            }
            page.total = Int(try connection.integer("SELECT count(*) FROM segments WHERE conversation = ?", [.integer(number)]) ?? 0)
            if let first = page.segments.first {
                let before = try connection.integer(
                    """
                    SELECT count(*) FROM segments WHERE conversation = ?1
                    AND (start_at, number) < (SELECT start_at, number FROM segments WHERE conversation = ?1 AND id = ?2)
                    """, [.integer(number), .text(first.id.rawValue)])
                page.first = Int(before ?? 0)
            }
            return page
        }
    }

    private static let listing =
        ComposedSQL(
            """
            SELECT c.id, a.user, c.status, c.source, c.device, c.language, c.title, c.summary, c.started_at, c.finished_at, c.reason,
            c.call, c.timeout, c.findings, c.number, (SELECT max(s.end_at) FROM segments s WHERE s.conversation = c.number)
            FROM conversations c INDEXED BY conversations_by_time CROSS JOIN archives a
            WHERE a.number = c.archive AND c.archive = ?1 AND c.started_at >= ?2 AND c.started_at < ?3
            AND (?4 IS NULL OR (c.started_at, c.number) < (?4, ?5))
            AND c.started_at <= coalesce(?4, 9223372036854775807)
            AND (CASE WHEN ?6 IS NULL THEN c.status <> 'discarded' ELSE c.status IN (SELECT value FROM json_each(?6)) END)
            AND (?7 IS NULL OR EXISTS (
                SELECT 1 FROM segments s INDEXED BY segments_of_speakers WHERE s.mark IN (SELECT value FROM json_each(?7))
                AND s.number BETWEEN c.first_segment AND c.last_segment AND s.conversation = c.number))
            """)
        + ComposedSQL(" AND (NOT ?9 OR ") + hasGap + ComposedSQL(") ORDER BY c.started_at DESC, c.number DESC LIMIT ?8")
}

/// The position at which a page of a list ended. Greater values come first, and of equal ones greater numbers.
struct ListCursor: Equatable {
    /// The position before all others.
    static let top = ListCursor(value: .max, number: .max)
    /// The position behind all others.
    static let bottom = ListCursor(value: .min, number: .min)

    /// The value that orders the list.
    var value: Int64
    /// Number of the row.
    var number: Int64

    init(value: Int64, number: Int64) {
        self.value = value
        self.number = number
    }

    /// Reads a cursor; nil when `text` was not made by the property `text`.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 64, parts.count == 2, let value = Int64(parts[0], radix: 36), let number = Int64(parts[1], radix: 36) else {
            return nil
        }
        self.init(value: value, number: number)
    }

    var text: String { String(value, radix: 36) + "." + String(number, radix: 36) }
}

/// The marks of a speaker's segments: one for the segments of the speaker's own, and one for each of the speaker's voices.
struct SpeakerMarks {
    var words: [String]

    /// Finds the speaker's marks; nil when the user has no such person.
    init?(_ speaker: Voice.Owner, in archive: UserPartition, on connection: borrowing SQLConnection) throws(StoreError) {
        var words: [String] = []
        guard let owner = try OwnerColumns(speaker, in: archive, on: connection) else { return nil }
        guard speaker != .nobody else {
            self.words = []
            return
        }
        if let person = owner.person {
            try connection.run("SELECT number FROM people WHERE number = ?1 OR joined_to = ?1", [.integer(person)]) { (row) throws(StoreError) in
                words.append("p\(row.integer(0) ?? 0)")
            }
        } else {
            words.append("u")
        }
        try connection.run(
            """
            WITH owned AS (SELECT number FROM voices WHERE person = ?2 UNION ALL SELECT number FROM voices WHERE archive = ?1 AND is_user AND ?3)
            SELECT number FROM owned UNION ALL SELECT v.number FROM owned JOIN voices v ON v.joined_to = owned.number
            """, [.integer(archive.number), .integer(owner.person), .flag(owner.isUser)]
        ) { (row) throws(StoreError) in words.append("v\(row.integer(0) ?? 0)") }
        self.words = words
    }
}
