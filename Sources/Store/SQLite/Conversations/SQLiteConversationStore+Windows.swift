package import Conversations
package import Speech

extension SQLiteConversationStore {
    package func setWindows(
        _ windows: [TextWindow], model: String, of conversation: ID<Conversation>, of user: ID<User>
    ) async throws(StoreError) -> Bool {
        try ConversationLimits.check(windows.count, "windows in a conversation", most: ConversationLimits.windows)
        try ConversationLimits.check(model, "a model's name", most: ConversationLimits.name)
        for window in windows {
            try ConversationLimits.check(window.vector.count, "values in a vector", most: ConversationLimits.voiceprintDimensions)
            try ConversationLimits.check(window.segments.count, "segments in a window", most: ConversationLimits.windowSegments)
        }
        let vectors = windows.map { StoredVector($0.vector) }
        let stored = try await change(user) { (archive, connection) throws(StoreError) -> (archive: Int64, conversation: Int64, first: Int64)? in
            guard let number = try archive.conversation(conversation, on: connection) else { return nil }
            let named = Set(windows.flatMap { $0.segments.map(\.rawValue) })
            let there = try connection.integer(
                "SELECT count(*) FROM segments WHERE conversation = ? AND id IN (SELECT value FROM json_each(?))",
                [.integer(number), .text(SegmentCoding.list(named))])
            guard there == Int64(named.count) else { return nil }
            try Self.dropWindows(of: number, on: connection)
            let first = try archive.takeWindowNumbers(windows.count, on: connection)
            for (index, window) in windows.enumerated() {
                try connection.run(
                    "INSERT INTO windows (number, conversation, start_at, end_at, segments, model, bits) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        .integer(first + Int64(index)), .integer(number), .duration(window.start), .duration(window.end),
                        .text(SegmentCoding.list(window.segments.map(\.rawValue))), .text(model), .blob(vectors[index].bits),
                    ])
                try connection.run(
                    "INSERT INTO window_vectors (number, vector) VALUES (?, ?)", [.integer(first + Int64(index)), .blob(vectors[index].halves)])
            }
            try connection.run("UPDATE conversations SET windows_model = ? WHERE number = ?", [.text(model), .integer(number)])
            return (archive.number, number, first)
        }
        guard let stored else { return false }
        windowIndex.apply(
            .set(conversation: stored.conversation, model: model, firstNumber: stored.first, bits: vectors.map(\.bits)), to: stored.archive)
        return true
    }

    package func withoutWindows(model: String, limit: Int) async throws(StoreError) -> [Conversation] {
        try await database.read { (connection) throws(StoreError) in
            var found: [Conversation] = []
            // Of those without any first: there the index begins.
            for statement in [Self.withNone, Self.withOthers] where found.count < limit {
                try connection.run(statement, [.text(model), .integer(limit - found.count)]) { (row) throws(StoreError) in
                    found.append(ConversationRow.conversation(row))
                }
            }
            return found
        }
    }

    private static let withNone: StaticString = """
        SELECT c.id, a.user, c.status, c.source, c.device, c.language, c.title, c.summary, c.started_at, c.finished_at, c.reason
        FROM conversations c JOIN archives a ON a.number = c.archive
        WHERE c.windows_model IS NULL AND c.status = 'completed' AND ?1 IS NOT NULL ORDER BY c.started_at DESC LIMIT ?2
        """
    private static let withOthers: StaticString = """
        SELECT c.id, a.user, c.status, c.source, c.device, c.language, c.title, c.summary, c.started_at, c.finished_at, c.reason
        FROM conversations c JOIN archives a ON a.number = c.archive
        WHERE (c.windows_model < ?1 OR c.windows_model > ?1) AND c.status = 'completed' LIMIT ?2
        """
}
