package import Conversations
package import Speech

extension SQLConversationStore {
    package func setWindows(
        _ windows: [TextWindow], model: String, of conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Bool {
        try ConversationLimits.check(windows.count, "windows in a conversation", most: ConversationLimits.windows)
        try ConversationLimits.check(model, "a model's name", most: ConversationLimits.name)
        for window in windows {
            try ConversationLimits.check(window.vector.count, "values in a vector", most: ConversationLimits.voiceprintDimensions)
            try ConversationLimits.check(window.segments.count, "segments in a window", most: ConversationLimits.windowSegments)
        }
        // A window without segments would find nothing.
        let windows = windows.filter { !$0.segments.isEmpty }
        let vectors = windows.map { StoredVector($0.vector) }
        let stored = try await change(user) { (archive, connection) throws(StoreError) -> (archive: Int64, change: WindowIndex.Change)? in
            guard let number = try archive.conversation(conversation, on: connection) else { return nil }
            let named = Set(windows.flatMap { $0.segments.map(\.rawValue) })
            var numbers: [String: Int64] = [:]
            try connection.run(
                "SELECT id, number FROM segments WHERE conversation = ? AND id IN (SELECT value FROM json_each(?))",
                [.integer(number), .text(SegmentCoding.list(named))]
            ) { (row) throws(StoreError) in numbers[row.text(0) ?? ""] = row.integer(1) }
            guard numbers.count == named.count else { return nil }
            try Self.dropWindows(of: number, on: connection)
            let first = try archive.takeWindowNumbers(windows.count, on: connection)
            var entries: [WindowBits.Window] = []
            for (index, window) in windows.enumerated() {
                let itsNumbers = window.segments.compactMap { numbers[$0.rawValue] }
                let entry = WindowBits.Window(
                    number: first + Int64(index), conversation: number, firstSegment: itsNumbers.min() ?? 0, lastSegment: itsNumbers.max() ?? 0)
                entries.append(entry)
                try connection.run(
                    """
                    INSERT INTO windows (number, conversation, start_at, end_at, segments, first_segment, last_segment, model, bits)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        .integer(entry.number), .integer(number), .duration(window.start), .duration(window.end),
                        .text(SegmentCoding.list(window.segments.map(\.rawValue))), .integer(entry.firstSegment), .integer(entry.lastSegment),
                        .text(model), .blob(vectors[index].bits),
                    ])
                try connection.run(
                    "INSERT INTO window_vectors (number, vector) VALUES (?, ?)", [.integer(entry.number), .blob(vectors[index].halves)])
            }
            try connection.run("UPDATE conversations SET windows_model = ? WHERE number = ?", [.text(model), .integer(number)])
            return (archive.number, .set(conversation: number, model: model, windows: entries, bits: vectors.map(\.bits)))
        }
        guard let stored else { return false }
        windowIndex.apply(stored.change, to: stored.archive)
        return true
    }

    package func withoutWindows(model: String, limit: Int) async throws(StoreError) -> [Conversation] {
        try await database.read { (connection) throws(StoreError) in
            var found: [Conversation] = []
            // Conversations without any windows come first, because the index begins with them.
            for statement in [Self.withNone, Self.withEarlier, Self.withLater] where found.count < limit {
                try connection.run(statement, [.text(model), .integer(limit - found.count)]) { (row) throws(StoreError) in
                    found.append(ConversationRow.conversation(row))
                }
            }
            return found
        }
    }

    private static let completed = ComposedSQL(
        """
        SELECT c.id, a.user, c.status, c.source, c.device, c.language, c.title, c.summary, c.started_at, c.finished_at, c.reason,
        c.call, c.timeout, c.findings
        FROM conversations c JOIN archives a ON a.number = c.archive
        WHERE c.status = 'completed' AND a.user NOT IN (SELECT u.user FROM deleted_users u) AND
        """)
    private static let withNone = completed + ComposedSQL(" c.windows_model IS NULL AND ?1 IS NOT NULL ORDER BY c.started_at DESC LIMIT ?2")
    /// Conversations whose model comes before the wanted one in the index. In one statement with the later ones, SQLite would read the whole index.
    private static let withEarlier = completed + ComposedSQL(" c.windows_model < ?1 LIMIT ?2")
    private static let withLater = completed + ComposedSQL(" c.windows_model > ?1 LIMIT ?2")
}
