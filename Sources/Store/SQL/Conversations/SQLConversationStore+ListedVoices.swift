internal import Conversations
package import Speech

/// Lists and numbers of voices. None of them reads voiceprints.
extension SQLConversationStore {
    package func listedVoices(onlyNamed: Bool, of user: ID<User>) async throws(StoreError) -> [ListedVoice] {
        try await read(user) { (archive, connection) throws(StoreError) -> [ListedVoice]? in
            var rows: [ListedVoiceRow] = [], heard: [Int64: UnixTime] = [:], silent: Set<Int64> = []
            if onlyNamed {
                try connection.run(Self.listedNamed, [.integer(archive.number), .text(nil)]) { (row) throws(StoreError) in
                    rows.append(ListedVoiceRow(row))
                }
                heard = try Self.lastHeard(rows, on: connection)
            } else {
                try connection.run(Self.listedAll, [.integer(archive.number)]) { (row) throws(StoreError) in rows.append(ListedVoiceRow(row)) }
                heard = try Self.lastHeard(Self.allHeardTimes, [.integer(archive.number)], on: connection)
                try connection.run(Self.silent, [.integer(archive.number)]) { (row) throws(StoreError) in
                    if let number = row.integer(0) { silent.insert(number) }
                }
            }
            return rows.map { $0.voice(heard: heard[$0.number], isSilent: silent.contains($0.number)) }
        } ?? []
    }

    package func unnamedVoices(_ query: VoiceQuery, of user: ID<User>) async throws(StoreError) -> ListedVoicePage {
        // A cursor that was not made by this store leads to an empty page.
        guard let start = query.cursor == nil ? ListCursor.top : query.cursor.flatMap({ ListCursor($0) }) else { return ListedVoicePage() }
        return try await read(user) { (archive, connection) throws(StoreError) -> ListedVoicePage? in
            let (rows, next) = try Self.unnamed(query, after: start, in: archive, on: connection)
            let heard = try Self.lastHeard(rows, on: connection)
            return ListedVoicePage(voices: rows.map { $0.voice(heard: heard[$0.number], isSilent: false) }, next: next?.text)
        } ?? ListedVoicePage()
    }

    package func voiceCount(of user: ID<User>) async throws(StoreError) -> VoiceCount {
        try await read(user) { (archive, connection) throws(StoreError) -> VoiceCount? in
            let unnamed = try connection.integer(Self.unnamedCount, [.integer(archive.number)]) ?? 0
            let named = try connection.integer(Self.namedCount, [.integer(archive.number), .text(nil)]) ?? 0
            let (heard, next) = try Self.unnamed(VoiceQuery(limit: VoiceCount.maxHeard), after: .top, in: archive, on: connection)
            return VoiceCount(all: Int(named + unnamed), unnamed: Int(unnamed), heard: heard.count, mayHaveMoreHeard: next != nil)
        } ?? VoiceCount(all: 0, unnamed: 0, heard: 0)
    }

    // MARK: Statements

    private static let listedColumns = ComposedSQL(
        """
        SELECT v.number, v.id, v.label, p.id, v.is_user, v.evidence, v.created_at, v.adopted_at, v.adoption_distance FROM voices v
        """)
    private static let owners = ComposedSQL(" LEFT JOIN people p ON p.number = v.person WHERE ")

    private static let listedAll =
        listedColumns + owners + ComposedSQL("v.archive = ?1 AND v.joined_to IS NULL AND NOT v.is_gone ORDER BY v.label")
    private static let listedNamed = listedColumns + owners + isNamed + ComposedSQL(" ORDER BY v.label")
    private static let namedCount = ComposedSQL("SELECT count(*) FROM voices v WHERE ") + isNamed
    private static let unnamedCount = ComposedSQL("SELECT count(*) FROM voices v INDEXED BY voices_unnamed WHERE ") + isUnnamed
    private static let silent =
        ComposedSQL("SELECT v.number FROM voices v INDEXED BY voices_unnamed WHERE ") + isUnnamed + ComposedSQL(" AND NOT ") + isHeard

    /// The voices without an owner after a position that can be heard, down to another position. Parameters: the archive, both positions, the limit.
    private static let listedUnnamed = ComposedSQL(
        [
            listedColumns, ComposedSQL(" INDEXED BY voices_unnamed"), owners, isUnnamed, isAfter,
            ComposedSQL(" AND (v.evidence, v.number) >= (?4, ?5) AND "), isHeard, ComposedSQL(" ORDER BY v.evidence DESC, v.number DESC LIMIT ?6"),
        ], separator: "")

    /// The position of the last voice that a page looks at, and that of the next voice. Parameters: the archive, the position before the page, and
    /// the number of voices to skip.
    private static let lastLook =
        ComposedSQL("SELECT v.evidence, v.number FROM voices v INDEXED BY voices_unnamed WHERE ") + isUnnamed + isAfter
        + ComposedSQL(" ORDER BY v.evidence DESC, v.number DESC LIMIT 2 OFFSET ?4")

    /// The condition of a voice `v` of the user that has an owner, or the id of the second parameter.
    static let isNamed = ComposedSQL(
        """
        v.joined_to IS NULL AND NOT v.is_gone AND v.number IN (
            SELECT o.number FROM people q CROSS JOIN voices o WHERE q.archive = ?1 AND o.person = q.number
            UNION ALL SELECT u.number FROM voices u WHERE u.archive = ?1 AND u.is_user
            UNION ALL SELECT i.number FROM voices i WHERE i.archive = ?1 AND i.id = ?2)
        """)

    /// The condition of a voice `v` of the user that nobody owns: that of the index `voices_unnamed`.
    private static let isUnnamed = ComposedSQL(
        "v.archive = ?1 AND v.joined_to IS NULL AND NOT v.is_gone AND v.person IS NULL AND NOT v.is_user")

    private static let isAfter = ComposedSQL(" AND (v.evidence, v.number) < (?2, ?3)")

    /// The condition of a voice `v` that can be heard. Audio goes by its age: where the latest twenty segments of a voice have none, older ones are
    /// not looked at.
    private static let isHeard = ComposedSQL(
        """
        EXISTS (SELECT 1 FROM (SELECT number FROM segments INDEXED BY segments_of_voices
        WHERE voice IN (SELECT w.number FROM voices w WHERE w.number = v.number OR w.joined_to = v.number)
        ORDER BY number DESC LIMIT 20) latest
        CROSS JOIN segments s WHERE s.number = latest.number AND EXISTS (SELECT 1 FROM conversation_audio a
        WHERE a.conversation = s.conversation AND a.cut_from IS NULL AND a.start_at <= s.start_at AND a.start_at + a.duration >= s.end_at))
        """)

    /// Finds when voices were heard last. Each subquery reads one entry of an index. Segments of a merged voice still point to that voice.
    private static let heardTimes = ComposedSQL(
        """
        SELECT v.number, v.joined_to, (SELECT c.finished_at FROM conversations c WHERE c.number =
        (SELECT l.conversation FROM segments l WHERE l.number = (SELECT max(s.number) FROM segments s WHERE s.voice = v.number)))
        FROM voices v WHERE NOT v.is_gone AND
        """)
    private static let allHeardTimes = heardTimes + ComposedSQL(" v.archive = ?1")
    private static let someHeardTimes =
        heardTimes
        + ComposedSQL(
            " ",
            """
            v.number IN (SELECT CAST(value AS BIGINT) FROM json_each(?1)
            UNION ALL SELECT w.number FROM json_each(?1) r CROSS JOIN voices w WHERE w.joined_to = CAST(r.value AS BIGINT))
            """)

    // MARK: Reading

    /// Reads a page of the voices without an owner that can be heard.
    ///
    /// - Returns: the voices, and the position at which the next page begins; nil when there are no other voices.
    private static func unnamed(
        _ query: VoiceQuery, after start: ListCursor, in archive: UserPartition, on connection: borrowing SQLConnection
    ) throws(StoreError) -> (voices: [ListedVoiceRow], next: ListCursor?) {
        let limit = max(1, min(query.limit, ConversationLimits.page)), looks = max(1, query.looks)
        let place: [SQLValue] = [.integer(archive.number), .integer(start.value), .integer(start.number)]
        var looked: [ListCursor] = []
        try connection.run(lastLook, place + [.integer(looks - 1)]) { (row) throws(StoreError) in
            looked.append(ListCursor(value: row.integer(0) ?? 0, number: row.integer(1) ?? 0))
        }
        let end = looked.count == 2 ? looked.first : nil, last = end ?? .bottom
        var rows: [ListedVoiceRow] = []
        try connection.run(
            listedUnnamed, place + [.integer(last.value), .integer(last.number), .integer(limit + 1)]
        ) { (row) throws(StoreError) in rows.append(ListedVoiceRow(row)) }
        guard rows.count > limit else { return (rows, end) }
        rows.removeLast()
        return (rows, rows.last?.position)
    }

    private static func lastHeard(
        _ voices: [ListedVoiceRow], on connection: borrowing SQLConnection
    ) throws(StoreError) -> [Int64: UnixTime] {
        if voices.isEmpty { return [:] }
        return try lastHeard(someHeardTimes, [.numbers(voices.map(\.number))], on: connection)
    }

    /// Returns when voices were heard last, by the numbers of their rows.
    private static func lastHeard(
        _ statement: ComposedSQL, _ values: [SQLValue], on connection: borrowing SQLConnection
    ) throws(StoreError) -> [Int64: UnixTime] {
        var heard: [Int64: UnixTime] = [:]
        try connection.run(statement, values) { (row) throws(StoreError) in
            guard let number = row.integer(0), row.integer(2) != nil else { return }
            let kept = row.integer(1) ?? number
            heard[kept] = max(heard[kept] ?? row.time(2), row.time(2))
        }
        return heard
    }
}
