/// A table of the stores, as both databases have it.
struct StoredTable: Sendable {
    enum Kind: Sendable { case integer, real, text, blob, flag }

    var name: StaticString
    var columns: [(name: StaticString, kind: Kind)]
    /// True if the rows have a column `number` by which they are read in parts.
    var hasNumbers: Bool { columns.first.map { $0.name.description == "number" } ?? false }
    /// True if the database gives the rows their numbers.
    var countsRows = false

    private init(_ name: StaticString, countsRows: Bool = false, _ columns: [(StaticString, Kind)]) {
        self.name = name
        self.columns = columns.map { (name: $0.0, kind: $0.1) }
        self.countsRows = countsRows
    }

    /// All tables, each after those that its rows refer to. Tables that follow from others are left out.
    static let all: [StoredTable] = [
        StoredTable("users", [("id", .text), ("created_at", .integer)]),
        StoredTable(
            "access_keys",
            [
                ("id", .text), ("hash", .blob), ("prefix", .text), ("name", .text), ("user", .text), ("scopes", .text), ("created_at", .integer),
                ("expires_at", .integer), ("revoked_at", .integer), ("credit_seconds", .integer), ("credit_used", .integer),
                ("languages", .text),
            ]),
        StoredTable("ended_logins", [("code", .blob), ("expires_at", .integer)]),
        StoredTable(
            "uploads",
            [
                ("id", .text), ("user", .text), ("byte_count", .integer), ("created_at", .integer), ("name", .text), ("reference", .text),
            ]),
        StoredTable(
            "jobs", countsRows: true,
            [
                ("number", .integer), ("id", .text), ("dialect", .text), ("user", .text), ("access_key", .text), ("status", .text),
                ("created_at", .integer), ("finished_at", .integer), ("attempts", .integer), ("request", .text), ("audio", .text),
                ("engines", .text), ("signing_key", .blob), ("error", .text), ("transcript", .text), ("notice", .text), ("notice_status", .integer),
                ("keeps_raw", .flag), ("raw", .blob), ("owner", .text), ("lease_until", .integer), ("sealed", .blob), ("own_keys", .text),
                ("duration", .integer),
            ]),
        StoredTable(
            "background_recordings",
            [("user", .text), ("conversation", .text), ("state", .text), ("language", .text), ("since", .integer), ("pause", .integer)]),
        StoredTable(
            "background_chunks",
            [
                ("user", .text), ("conversation", .text), ("chunk", .text), ("hash", .text), ("start_at", .integer), ("length", .integer),
                ("run", .text), ("record", .text), ("accepted_at", .integer),
            ]),
        StoredTable("deleted_users", [("user", .text), ("since", .integer)]),
        StoredTable(
            "archives", countsRows: true,
            [
                ("number", .integer), ("user", .text), ("next_segment", .integer), ("next_window", .integer), ("next_voice", .integer),
                ("revision", .integer),
            ]),
        StoredTable(
            "people", countsRows: true,
            [
                ("number", .integer), ("archive", .integer), ("id", .text), ("name", .text), ("created_at", .integer), ("joined_to", .integer),
                ("is_gone", .flag),
            ]),
        StoredTable(
            "voices", countsRows: true,
            [
                ("number", .integer), ("archive", .integer), ("id", .text), ("label", .integer), ("person", .integer), ("is_user", .flag),
                ("model", .text), ("direction", .blob), ("evidence", .integer), ("created_at", .integer), ("joined_to", .integer),
                ("adopted_at", .integer), ("adoption_distance", .real), ("is_gone", .flag), ("is_kept", .flag),
            ]),
        StoredTable("rejected_owners", [("voice", .integer), ("person", .integer)]),
        StoredTable("reclaimed_voices", [("voice", .integer), ("last_segment", .integer)]),
        StoredTable(
            "deleted_conversations", countsRows: true,
            [
                ("number", .integer), ("archive", .integer), ("id", .text), ("title", .text), ("started_at", .integer), ("duration", .integer),
                ("deleted_at", .integer), ("kept_until", .integer), ("is_final", .flag),
            ]),
        StoredTable(
            "deleted_rows", countsRows: true, [("number", .integer), ("deletion", .integer), ("kind", .text), ("content", .text)]),
        StoredTable(
            "deleted_audio", countsRows: true,
            [
                ("number", .integer), ("deletion", .integer), ("file", .text), ("format", .text), ("start_at", .integer), ("duration", .integer),
                ("byte_count", .integer), ("created_at", .integer), ("cut_from", .integer), ("cut_to", .integer),
            ]),
        StoredTable("deleted_voices", [("deletion", .integer), ("voice", .integer)]),
        StoredTable(
            "conversations", countsRows: true,
            [
                ("number", .integer), ("archive", .integer), ("id", .text), ("status", .text), ("since", .integer), ("source", .text),
                ("device", .text), ("language", .text), ("title", .text), ("summary", .text), ("started_at", .integer), ("finished_at", .integer),
                ("reason", .text), ("segment_count", .integer), ("first_segment", .integer), ("last_segment", .integer), ("windows_model", .text),
                ("call", .text), ("timeout", .integer), ("is_titled", .flag), ("findings", .text),
            ]),
        StoredTable(
            "segments",
            [
                ("number", .integer), ("conversation", .integer), ("id", .text), ("text", .text), ("start_at", .integer), ("end_at", .integer),
                ("speaker", .integer), ("person", .integer), ("is_user", .flag), ("voice", .integer), ("identified_by", .text),
                ("confidence", .real), ("channel", .integer), ("engine", .text), ("model", .text), ("words", .text), ("is_edited", .flag),
            ]),
        StoredTable(
            "speaker_parts", countsRows: true,
            [
                ("number", .integer), ("conversation", .integer), ("person", .integer), ("is_user", .flag), ("names_voices", .flag),
                ("is_restoration", .flag), ("speakers", .text),
            ]),
        StoredTable(
            "webhook_deliveries", countsRows: true,
            [
                ("number", .integer), ("id", .text), ("archive", .integer), ("conversation", .integer), ("due_at", .integer),
                ("failures", .integer), ("content", .text), ("session", .text), ("failing_since", .integer), ("failure", .text),
                ("given_up_at", .integer),
            ]),
        StoredTable("session_gaps", [("session", .text), ("begins", .integer), ("ends", .integer)]),
        StoredTable("session_parts", [("session", .text), ("conversation", .integer), ("begins", .integer), ("shift", .integer)]),
        StoredTable(
            "forgotten_speech", countsRows: true,
            [
                ("number", .integer), ("session", .text), ("channel", .integer), ("begins", .integer), ("ends", .integer), ("noted_at", .integer),
                ("deletion", .integer),
            ]),
        StoredTable(
            "conversation_audio", countsRows: true,
            [
                ("number", .integer), ("conversation", .integer), ("file", .text), ("format", .text), ("start_at", .integer), ("duration", .integer),
                ("byte_count", .integer), ("created_at", .integer), ("cut_from", .integer), ("cut_to", .integer),
            ]),
        StoredTable(
            "speech_samples", countsRows: true,
            [
                ("number", .integer), ("archive", .integer), ("id", .text), ("person", .integer), ("file", .text), ("duration", .integer),
                ("model", .text), ("direction", .blob), ("created_at", .integer), ("voice", .integer), ("makes_voice", .flag),
            ]),
        StoredTable("speech_sample_sources", [("sample", .integer), ("segment", .integer)]),
        StoredTable("rejected_enrollments", [("conversation", .integer), ("person", .integer), ("evidence", .integer)]),
        StoredTable("abandoned_files", [("file", .text), ("due_at", .integer)]),
        StoredTable("settings", [("archive", .integer), ("name", .text), ("value", .text)]),
        StoredTable("provider_keys", [("archive", .integer), ("provider", .text), ("fingerprint", .text), ("created_at", .integer)]),
        StoredTable("erasures", [("number", .integer), ("deletions", .integer), ("has_words", .flag)]),
        StoredTable(
            "windows",
            [
                ("number", .integer), ("conversation", .integer), ("start_at", .integer), ("end_at", .integer), ("segments", .text),
                ("first_segment", .integer), ("last_segment", .integer), ("model", .text), ("bits", .blob),
            ]),
        StoredTable("window_vectors", [("number", .integer), ("vector", .blob)]),
        StoredTable("usage_outbox", [("run", .text), ("is_open", .flag), ("record", .text)]),
        StoredTable("usage_runs", [("run", .text), ("user", .text), ("day", .text), ("record", .text)]),
        StoredTable(
            "usage_days",
            [
                ("day", .text), ("user", .text), ("access_key", .text), ("provider", .text), ("model", .text), ("workload", .text), ("payer", .text),
                ("runs", .integer), ("failed", .integer), ("audio", .integer), ("speech", .integer), ("billable", .integer), ("cost", .integer),
                ("unpriced", .integer), ("retries", .integer), ("fallbacks", .integer), ("segments", .integer), ("words", .integer),
                ("speakers", .integer), ("identified", .integer),
            ]),
    ]

    // MARK: Rows

    /// Maximum number of rows that are read at a time.
    private static let atOnce = 2_000

    /// Finds a table by its name.
    static func named(_ name: String) -> StoredTable? { all.first { $0.name.description == name } }

    /// The columns' names, as a statement has them.
    var names: ComposedSQL { ComposedSQL(columns.map { ComposedSQL($0.name) }) }

    /// Reads all rows.
    func read(on connection: borrowing SQLConnection, _ row: ([SQLValue]) throws(StoreError) -> Void) throws(StoreError) {
        let all = ComposedSQL("SELECT ") + names + ComposedSQL(" FROM ", name)
        guard hasNumbers else {
            return try connection.run(all) { (found) throws(StoreError) in try row(values(found)) }
        }
        // A merged voice or person refers to the one that it was merged into, which may have a higher number.
        let conditions: [StaticString] =
            ["voices", "people"].contains(name.description) ? [" WHERE joined_to IS NULL AND", " WHERE joined_to IS NOT NULL AND"] : [" WHERE"]
        for condition in conditions {
            let part = all + ComposedSQL(condition, " number > ? ORDER BY number LIMIT ?")
            var last = Int64.min, count = Self.atOnce
            while count == Self.atOnce {
                count = 0
                try connection.run(part, [.integer(last), .integer(Self.atOnce)]) { (found) throws(StoreError) in
                    count += 1
                    last = found.integer(0) ?? .max
                    try row(values(found))
                }
            }
        }
    }

    /// Returns a row of all columns.
    func values(_ row: borrowing SQLRow) -> [SQLValue] {
        var values: [SQLValue] = []
        values.reserveCapacity(columns.count)
        for (index, column) in columns.enumerated() {
            let index = Int32(index)
            switch column.kind {
            case .integer: values.append(.integer(row.integer(index)))
            case .real: values.append(.real(row.real(index)))
            // Not every database takes a zero in a text.
            case .text: values.append(.text(row.text(index).map { $0.utf8.contains(0) ? $0.replacing("\0", with: "\u{FFFD}") : $0 }))
            case .blob: values.append(.blob(row.blob(index)))
            case .flag: values.append(.flag(row.flag(index)))
            }
        }
        return values
    }

    /// Statement that inserts a row of all columns.
    var insertion: ComposedSQL { insertion(of: columns.map(\.name)) }

    /// Returns the statement that inserts a row of some columns.
    func insertion(of columns: [StaticString]) -> ComposedSQL {
        ComposedSQL("INSERT INTO ", name, " (") + ComposedSQL(columns.map { ComposedSQL($0) }) + ComposedSQL(") VALUES (")
            + ComposedSQL(columns.map { _ in ComposedSQL("?") }) + ComposedSQL(")")
    }
}
