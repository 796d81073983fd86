/// The triggers that record an erasure whenever a value is deleted or replaced that somebody has said, or that tells who somebody is.
///
/// SQLite overwrites such a value in the database's file, but the log keeps it until the log is emptied, and only a recorded erasure empties the log. The
/// triggers see every statement, and rows that go along with others. They record what is gathered for an hour, as edits are: a deletion that somebody
/// asks for calls `noteErasure` too, so that it is erased in seconds and told as not complete until then.
///
/// The triggers are temporary: they belong to a connection that writes, and the schema does not have them. The words of segments have none. They are in
/// the index of words too, and live sessions rewrite them all the time: what deletes, edits or redacts segments calls `noteErasure`.
enum ErasureTriggers {
    /// A table whose deleted rows are recorded, and its columns whose replaced values are.
    struct Guarded {
        var table: StaticString
        var columns: [StaticString]

        init(_ table: StaticString, _ columns: StaticString...) {
            self.table = table
            self.columns = columns
        }
    }

    static let guarded = [
        Guarded("users"), Guarded("archives"), Guarded("deleted_users"),
        Guarded("access_keys", "name", "user"),
        Guarded("uploads", "name", "reference"),
        Guarded("jobs", "request", "audio", "signing_key", "error", "transcript", "raw", "sealed"),
        Guarded("background_recordings"), Guarded("background_chunks", "record"),
        Guarded("people", "name"), Guarded("voices", "direction"), Guarded("speech_samples", "direction"),
        Guarded("settings", "value"), Guarded("provider_keys", "fingerprint"),
        Guarded("conversations", "device", "title", "summary", "call", "findings"),
        Guarded("deleted_conversations", "title"), Guarded("deleted_rows", "content"),
        Guarded("webhook_deliveries"),
        Guarded("usage_runs", "user", "record"),
    ]

    /// A new record gets a number by chance, and one that is there counts: see `ErasureRecord.rowEdits`.
    private static let record: StaticString = """
         BEGIN INSERT INTO erasures (number, deletions, has_words) VALUES (1, -(random() & 9223372036854775807 | 1), 0) ON CONFLICT (number) DO UPDATE
        SET deletions = iif(deletions > 0, 1, -1) * ((abs(deletions) & ~1048575) | (((abs(deletions) & 1048575) + 1) & 1048575)); END
        """

    /// Creates the triggers on a connection. A table that does not have all columns, because its schema is an earlier one, gets none.
    static func create(on connection: SQLiteConnection) throws(StoreError) {
        var columns: Set<String> = []
        try connection.run(
            "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
        ) { (row) throws(StoreError) in if let name = row.text(0) { columns.insert(name) } }
        guard columns.contains("erasures.has_words") else { return }
        let tables = Set(columns.compactMap { $0.split(separator: ".").first.map { String($0) } })
        for part in guarded
        where tables.contains(part.table.description) && part.columns.allSatisfy({ columns.contains("\(part.table).\($0)") }) {
            for statement in statements(for: part) { try connection.run(statement) }
        }
    }

    private static func statements(for part: Guarded) -> [ComposedSQL] {
        let deletion = ComposedSQL("CREATE TEMP TRIGGER deleted_from_", part.table, " AFTER DELETE ON ", part.table) + ComposedSQL(record)
        guard !part.columns.isEmpty else { return [deletion] }
        let columns = ComposedSQL(part.columns.map { ComposedSQL($0) })
        let changes = ComposedSQL(
            part.columns.map { ComposedSQL("(old.", $0, " IS NOT NULL AND old.", $0, " IS NOT new.", $0, ")") }, separator: " OR ")
        let replacement =
            ComposedSQL("CREATE TEMP TRIGGER replaced_in_", part.table, " AFTER UPDATE OF ") + columns
            + ComposedSQL(" ON ", part.table, " WHEN ") + changes + ComposedSQL(record)
        return [deletion, replacement]
    }
}
