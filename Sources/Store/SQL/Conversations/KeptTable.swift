/// A table whose rows go with a deleted conversation, and come back with it. Audio and voices have tables of their own: see
/// `Migration.deletedConversations`.
struct KeptTable: Sendable {
    let table: StoredTable
    /// The condition of a conversation's rows. ?1: number of the conversation.
    let condition: StaticString

    /// The tables, in the order in which their rows come back.
    static let all: [KeptTable] = conditions.compactMap { name, condition in
        StoredTable.named(name).map { KeptTable(table: $0, condition: condition) }
    }

    private static let conditions: [(name: String, condition: StaticString)] = [
        ("conversations", "number = ?1"),
        ("segments", "conversation = ?1"),
        ("session_parts", "conversation = ?1"),
        ("windows", "conversation = ?1"),
        ("window_vectors", "number IN (SELECT w.number FROM windows w WHERE w.conversation = ?1)"),
        ("webhook_deliveries", "conversation = ?1 ORDER BY number"),
        ("speech_sample_sources", "segment IN (SELECT s.number FROM segments s WHERE s.conversation = ?1)"),
        ("rejected_enrollments", "conversation = ?1"),
        ("background_recordings", recording),
        ("background_chunks", chunk),
    ]

    private static let recording: StaticString = """
        (user, conversation) IN (SELECT a.user, c.id FROM conversations c JOIN archives a ON a.number = c.archive WHERE c.number = ?1)
        """
    /// A chunk without words is being recognised, and its work ends with the deletion.
    private static let chunk: StaticString = """
        record IS NOT NULL
        AND (user, conversation) IN (SELECT a.user, c.id FROM conversations c JOIN archives a ON a.number = c.archive WHERE c.number = ?1)
        """

    /// Statement that reads the rows.
    var selection: ComposedSQL { ComposedSQL("SELECT ") + table.names + ComposedSQL(" FROM ", table.name, " WHERE ", condition) }
}
