import HarkenTesting
import Testing

@testable import Store

@Suite struct `The triggers that record erasures` {
    private let folder = TemporaryFolder()

    /// Tables without triggers, and the reason.
    private static let others = [
        "segments": "a deletion, an edit and a redaction note the erasure of words themselves, and live sessions rewrite segments all the time",
        "windows": "go with their segments", "window_vectors": "go with their segments",
        "conversation_audio": "names of files, by chance", "deleted_audio": "names of files, by chance",
        "abandoned_files": "names of files, by chance",
        "usage_outbox": "moves to usage_runs", "usage_days": "sums, which are made anew; a user's deletion notes the erasure itself",
        "ended_logins": "codes that nobody can use any more", "migrations": "the schema's own", "erasures": "the record itself",
        "speech_sample_sources": "numbers of rows", "rejected_owners": "numbers of rows", "rejected_enrollments": "numbers of rows",
        "reclaimed_voices": "numbers of rows", "deleted_voices": "numbers of rows", "speaker_parts": "ids of segments, people and voices, by chance",
        "forgotten_speech": "ids of sessions, by chance, and times", "session_parts": "ids of sessions, by chance, and times",
        "session_gaps": "ids of sessions, by chance, and times",
    ]

    /// Columns of tables with triggers that may be replaced without a record: ids, names of programs and models, and what never changes.
    private static let otherColumns: [String: Set<String>] = [
        "users": ["id"], "archives": ["user"], "deleted_users": ["user"],
        "access_keys": ["id", "hash", "prefix", "scopes", "languages"],
        "uploads": ["id", "user"],
        "jobs": ["id", "dialect", "user", "access_key", "status", "engines", "notice", "owner", "own_keys"],
        "background_recordings": ["user", "conversation", "state", "language"],
        "background_chunks": ["user", "conversation", "chunk", "hash", "run"],
        "people": ["id"], "voices": ["id", "model"], "speech_samples": ["id", "file", "model"],
        "settings": ["name"], "provider_keys": ["provider"],
        "conversations": ["id", "status", "source", "language", "reason", "windows_model"],
        "deleted_conversations": ["id"], "deleted_rows": ["kind"],
        "webhook_deliveries": ["id", "content", "session", "failure"],
        "usage_runs": ["run", "day"],
    ]

    private func open() throws -> SQLiteDatabase { try SQLiteDatabase(in: DataDirectory(creating: folder.path)) }

    @Test func `are on every table, or there is a reason why not`() async throws {
        let tables = try await open().read { (connection) throws(StoreError) in
            var tables: [String: Set<String>] = [:]
            try connection.run("SELECT t.name, c.name, c.type FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'") {
                (row) throws(StoreError) in
                guard let table = row.text(0), let column = row.text(1), !table.hasPrefix("sqlite_"), !table.hasPrefix("segment_words") else {
                    return
                }
                tables[table, default: []].formUnion(["TEXT", "BLOB"].contains(row.text(2)) ? [column] : [])
            }
            return tables
        }
        let guarded = Dictionary(
            uniqueKeysWithValues: ErasureTriggers.guarded.map { ($0.table.description, Set($0.columns.map(\.description))) })
        #expect(Set(tables.keys) == Set(guarded.keys).union(Self.others.keys) && Set(guarded.keys).isDisjoint(with: Self.others.keys))
        for (table, columns) in guarded {
            #expect(tables[table] == columns.union(Self.otherColumns[table] ?? []), "the columns of \(table) that have text or bytes")
        }
    }

    /// The records that the changes of a row have left.
    private struct Records: Sendable {
        var replaced: [String: Int64] = [:]
        var unchanged: Set<String> = []
        var deleted: Int64?
        var haveWords: Int64?
    }

    @Test(arguments: ErasureTriggers.guarded.map(\.table.description))
    func `record a row that goes, and a value that is replaced`(name: String) async throws {
        let part = try #require(ErasureTriggers.guarded.first { $0.table.description == name }), table = try #require(StoredTable.named(name))
        func value(_ kind: StoredTable.Kind, _ text: String) -> SQLValue {
            switch kind {
            case .integer: .integer(7)
            case .real: .real(7.0)
            case .text: .text(text)
            case .blob: .blob(Array(text.utf8))
            case .flag: .flag(false)
            }
        }
        let row = table.columns.map { value($0.kind, "one") }
        let others = try part.columns.map { column in
            try value(#require(table.columns.first { $0.name.description == column.description }).kind, "another")
        }
        let records = try await open().write { (connection) throws(StoreError) in
            var records = Records()
            // The row refers to none, and it goes before the transaction ends.
            try connection.run("PRAGMA defer_foreign_keys = ON")
            try connection.run(table.insertion, row)
            for (column, other) in zip(part.columns, others) {
                try connection.run("DELETE FROM erasures")
                try connection.run(ComposedSQL("UPDATE ", part.table, " SET ", column, " = ", column))
                if try connection.integer("SELECT deletions FROM erasures") == nil { records.unchanged.insert(column.description) }
                try connection.run(ComposedSQL("UPDATE ", part.table, " SET ", column, " = ?"), [other])
                records.replaced[column.description] = try connection.integer("SELECT deletions FROM erasures")
            }
            // A deletion that somebody has asked for stays one.
            try connection.run("DELETE FROM erasures")
            try connection.run("INSERT INTO erasures (number, deletions, has_words) VALUES (1, 5, 1)")
            try connection.run(ComposedSQL("DELETE FROM ", part.table))
            records.deleted = try connection.integer("SELECT deletions FROM erasures")
            records.haveWords = try connection.integer("SELECT has_words FROM erasures")
            return records
        }
        let columns = Set(part.columns.map(\.description))
        #expect(records.unchanged == columns && Set(records.replaced.keys) == columns)
        #expect(records.replaced.values.allSatisfy { $0 < 0 }, "they are gathered as edits")
        #expect(records.deleted.map { $0 > 0 && $0 != 5 } == true && records.haveWords == 1)
    }

    @Test func `record rows that go along with others`() async throws {
        let found = try await open().write { (connection) throws(StoreError) in
            try connection.run("INSERT INTO archives (number, user) VALUES (1, 'ann')")
            try connection.run(
                """
                INSERT INTO conversations (number, archive, id, status, since, source, started_at, finished_at)
                VALUES (1, 1, 'c', 'completed', 0, 'omi', 0, 0)
                """)
            try connection.run(
                "INSERT INTO webhook_deliveries (id, archive, conversation, content, due_at) VALUES ('d', 1, 1, 'conversation', 0)")
            try connection.run("DROP TRIGGER temp.deleted_from_conversations")
            try connection.run("DELETE FROM conversations")
            return try connection.integer("SELECT deletions FROM erasures")
        }
        #expect(found.map { $0 < 0 } == true)
    }
}
