/// A step of PostgreSQL's schema. Steps that have been released are never edited, because databases that were made with another content are
/// refused; new ones are appended to `all`. The steps are numbered apart from SQLite's: the first one makes the whole schema of that day.
struct PostgresMigration: Sendable {
    let statements: [StaticString]
    /// The work of a step that may take long with many rows, in words: see `SchemaWork`. nil for the others.
    let work: StaticString?
    /// Checksum of the statements.
    let content: String

    init(statements: [StaticString], work: StaticString? = nil) {
        self.statements = statements
        self.work = work
        content = MigrationContent.checksum(of: statements)
    }

    static let all: [PostgresMigration] = [
        PostgresMigration(statements: functions + orders + conversations + search + usage),
        PostgresMigration(statements: ["ALTER TABLE conversations ADD COLUMN findings TEXT COLLATE \"C\""]),
        PostgresMigration(statements: replicas),
        PostgresMigration(statements: webhookDeliveries),
        PostgresMigration(statements: [
            "CREATE TABLE ended_logins (code BYTEA PRIMARY KEY, expires_at BIGINT NOT NULL)",
            "CREATE INDEX ended_logins_by_time ON ended_logins (expires_at)",
        ]),
        PostgresMigration(
            statements: ["DROP INDEX usage_runs_by_user", "CREATE INDEX usage_runs_by_user ON usage_runs (user, day)"],
            work: "indexes usage by its days"),
        PostgresMigration(
            statements: [
                "CREATE INDEX jobs_by_time ON jobs (user, dialect, created_at)",
                "CREATE INDEX conversation_audio_by_time ON conversation_audio (created_at)",
                "CREATE INDEX voices_of_users ON voices (archive) WHERE is_user",
            ], work: "indexes jobs, audio and voices"),
        PostgresMigration(statements: goneSpeakers, work: "indexes segments by their speakers"),
        PostgresMigration(statements: rejectedEnrollments),
        PostgresMigration(statements: announcedFiles),
        PostgresMigration(statements: erasuresOfWords),
        PostgresMigration(statements: assignedSegments, work: "indexes segments by their speakers"),
        PostgresMigration(statements: deliveriesGivenUp),
        PostgresMigration(statements: deletedConversations),
        // The speakers of a conversation are asked of its segments.
        PostgresMigration(statements: ["DROP VIEW conversation_marks"]),
        PostgresMigration(statements: reclaimedVoices),
        // The last segment of a voice is one entry of the index, as in SQLite, whose indexes end with the row's number. The old index goes in a step
        // of its own: until the end of a step that drops an index, other replicas cannot read the table.
        PostgresMigration(
            statements: ["CREATE INDEX segments_by_voice ON segments (voice, number) WHERE voice IS NOT NULL"],
            work: "indexes segments by their voices"),
        PostgresMigration(statements: ["DROP INDEX segments_of_voices", "ALTER INDEX segments_by_voice RENAME TO segments_of_voices"]),
        PostgresMigration(statements: [
            "ALTER TABLE uploads ADD COLUMN name TEXT COLLATE \"C\"", "ALTER TABLE uploads ADD COLUMN reference TEXT COLLATE \"C\"",
        ]),
        PostgresMigration(statements: ["CREATE INDEX uploads_by_user ON uploads (user, created_at)"]),
        PostgresMigration(statements: ["ALTER TABLE jobs ADD COLUMN duration BIGINT"]),
        PostgresMigration(statements: ["ALTER TABLE access_keys ADD COLUMN languages TEXT COLLATE \"C\" NOT NULL DEFAULT ''"]),
        PostgresMigration(statements: speakerParts),
        PostgresMigration(statements: noticesOfDeletions),
        PostgresMigration(statements: sessionGaps),
        PostgresMigration(
            statements: [
                """
                CREATE INDEX voices_unnamed ON voices (archive, evidence, number)
                WHERE person IS NULL AND NOT is_user AND joined_to IS NULL AND NOT is_gone
                """
            ], work: "indexes voices"),
    ]

    /// Key of the lock that lets one process at a time change a schema.
    private static let lock: Int64 = 0x6861_726B
    /// The database, for errors.
    private static let database = "the PostgreSQL database"

    /// Brings the schema up to date. Of several processes one takes each step, and the others wait.
    ///
    /// Each step is a transaction: other replicas wait for the locks of one step only, and no step keeps a lock of an earlier one, for which a writer
    /// may wait that the step itself waits for.
    ///
    /// The content of each step is recorded with the step. A step that an earlier version took without a record is not compared.
    ///
    /// - Parameter report: called before a step that may take long, unless the database is new.
    /// - Throws: `newerSchema`, or `otherSchema` when a step was recorded with another content.
    static func run(
        _ steps: [PostgresMigration], on connection: PostgresConnection, report: @Sendable (SchemaWork) -> Void = { _ in }
    ) throws(StoreError) {
        var wasEmpty: Bool?
        var isComplete = false
        while !isComplete {
            try connection.begin(.readCommitted)
            do throws(StoreError) {
                let inside = SQLConnection(connection), reached = try reached(steps, in: inside)
                if wasEmpty == nil { wasEmpty = reached == 0 }
                isComplete = reached == steps.count
                if !isComplete {
                    if let work = steps[reached].work, wasEmpty == false { report(SchemaWork(step: reached + 1, of: steps.count, work)) }
                    try take(steps[reached], number: reached + 1, in: inside)
                }
                try connection.commit()
            } catch {
                connection.rollback()
                throw error
            }
        }
    }

    /// Locks the schema until the end of the transaction, and compares the steps that the database has with those of this build.
    ///
    /// - Returns: the number of the last step that the database has.
    private static func reached(_ steps: [PostgresMigration], in connection: borrowing SQLConnection) throws(StoreError) -> Int {
        // A replica that waits for another one's migration must not give up.
        try connection.run("SET LOCAL statement_timeout = 0")
        try connection.run("SET LOCAL lock_timeout = 0")
        try connection.run("SELECT pg_advisory_xact_lock(CAST(? AS INTEGER), hashtext(current_schema()))", [.integer(lock)]) {
            (_) throws(StoreError) in
        }
        try makeTable(in: connection)
        let reached = Int(try connection.integer("SELECT coalesce(max(number), 0) FROM migrations") ?? 0)
        guard reached <= steps.count else { throw .newerSchema(path: database, found: reached, known: steps.count) }
        try connection.run("SELECT number, content FROM migrations WHERE content IS NOT NULL ORDER BY number") { (row) throws(StoreError) in
            guard let number = row.integer(0).map({ Int($0) }), steps.indices.contains(number - 1) else { return }
            guard row.text(1) == steps[number - 1].content else { throw .otherSchema(path: database, detail: "step \(number)") }
        }
        return reached
    }

    private static func makeTable(in connection: borrowing SQLConnection) throws(StoreError) {
        try connection.run("CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, content TEXT COLLATE \"C\")")
        // Earlier versions recorded the numbers only, and go on with the table as it is then.
        let hasContent = try connection.integer(
            "SELECT 1 FROM pg_attribute WHERE attrelid = CAST('migrations' AS REGCLASS) AND attname = 'content' AND NOT attisdropped")
        if hasContent == nil { try connection.run("ALTER TABLE migrations ADD COLUMN content TEXT COLLATE \"C\"") }
    }

    private static func take(_ step: PostgresMigration, number: Int, in connection: borrowing SQLConnection) throws(StoreError) {
        for statement in step.statements { try connection.run(statement) }
        try connection.run("INSERT INTO migrations (number, content) VALUES (?, ?)", [.integer(number), .text(step.content)])
    }

    /// Functions that SQLite has and the stores' statements use.
    private static let functions: [StaticString] = [
        "CREATE FUNCTION min(a BIGINT, b BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT least(a, b)'",
        "CREATE FUNCTION max(a BIGINT, b BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT greatest(a, b)'",
        "CREATE FUNCTION instr(a TEXT, b TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT strpos(a, b)'",
        """
        CREATE FUNCTION iif(a BOOLEAN, b ANYCOMPATIBLE, c ANYCOMPATIBLE) RETURNS ANYCOMPATIBLE LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS 'SELECT CASE WHEN a THEN b ELSE c END'
        """,
        """
        CREATE FUNCTION randomblob(a INTEGER) RETURNS BYTEA LANGUAGE sql VOLATILE
        AS 'SELECT substr(sha256(decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, ''-'', ''''), ''hex'')), 1, a)'
        """,
        // The elements of a list, or the members of an object.
        """
        CREATE FUNCTION json_each(a TEXT) RETURNS TABLE (key TEXT, value TEXT) LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
        AS 'SELECT NULL::text, e.value FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(a::jsonb) = ''array'' THEN a::jsonb END) e (value)
            UNION ALL SELECT m.key, m.value FROM jsonb_each_text(CASE WHEN jsonb_typeof(a::jsonb) = ''object'' THEN a::jsonb END) m (key, value)'
        """,
        // Paths have one step: '$.name'.
        """
        CREATE FUNCTION json_extract(a TEXT, path TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS 'SELECT a::jsonb ->> substr(path, 3)'
        """,
        """
        CREATE FUNCTION json_remove(a TEXT, VARIADIC paths TEXT[]) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS 'SELECT (a::jsonb - ARRAY(SELECT substr(path, 3) FROM unnest(paths) path))::text'
        """,
        """
        CREATE FUNCTION json_set(a TEXT, path TEXT, value TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS 'SELECT jsonb_set(a::jsonb, ARRAY[substr(path, 3)], to_jsonb(value))::text'
        """,
    ]

    /// Keys, uploads, jobs, and recordings that come in chunks. `Migration` has the meaning of the columns.
    private static let orders: [StaticString] = [
        "CREATE TABLE users (id TEXT COLLATE \"C\" PRIMARY KEY, created_at BIGINT NOT NULL)",
        """
        CREATE TABLE access_keys (
            id TEXT COLLATE "C" PRIMARY KEY,
            hash BYTEA NOT NULL UNIQUE,
            prefix TEXT COLLATE "C" NOT NULL,
            name TEXT COLLATE "C",
            user TEXT COLLATE "C" NOT NULL REFERENCES users (id),
            scopes TEXT COLLATE "C" NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT,
            revoked_at BIGINT,
            credit_seconds BIGINT,
            credit_used BIGINT NOT NULL DEFAULT 0
        )
        """,
        """
        CREATE TABLE uploads (
            id TEXT COLLATE "C" PRIMARY KEY,
            user TEXT COLLATE "C" NOT NULL,
            byte_count BIGINT NOT NULL,
            created_at BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE jobs (
            number BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            id TEXT COLLATE "C" NOT NULL UNIQUE,
            dialect TEXT COLLATE "C" NOT NULL,
            user TEXT COLLATE "C" NOT NULL,
            access_key TEXT COLLATE "C",
            status TEXT COLLATE "C" NOT NULL,
            created_at BIGINT NOT NULL,
            finished_at BIGINT,
            attempts BIGINT NOT NULL,
            request TEXT COLLATE "C" NOT NULL,
            audio TEXT COLLATE "C" NOT NULL,
            engines TEXT COLLATE "C" NOT NULL,
            signing_key BYTEA,
            error TEXT COLLATE "C",
            transcript TEXT COLLATE "C",
            notice TEXT COLLATE "C",
            notice_status BIGINT,
            keeps_raw BOOLEAN NOT NULL DEFAULT FALSE,
            raw BYTEA,
            owner TEXT COLLATE "C",
            lease_until BIGINT,
            sealed BYTEA,
            own_keys TEXT COLLATE "C" NOT NULL DEFAULT ''
        )
        """,
        "CREATE INDEX jobs_by_user ON jobs (user, dialect, number)",
        "CREATE INDEX jobs_unfinished ON jobs (status, user, number) WHERE status IN ('queued', 'processing')",
        "CREATE INDEX jobs_unannounced ON jobs (number) WHERE notice = 'wanted'",
        """
        CREATE TABLE background_recordings (
            user TEXT COLLATE "C" NOT NULL,
            conversation TEXT COLLATE "C" NOT NULL,
            state TEXT COLLATE "C" NOT NULL,
            language TEXT COLLATE "C",
            since BIGINT NOT NULL,
            pause BIGINT,
            PRIMARY KEY (user, conversation)
        )
        """,
        "CREATE INDEX background_recordings_by_state ON background_recordings (state, since)",
        """
        CREATE TABLE background_chunks (
            user TEXT COLLATE "C" NOT NULL,
            conversation TEXT COLLATE "C" NOT NULL,
            chunk TEXT COLLATE "C" NOT NULL,
            hash TEXT COLLATE "C" NOT NULL,
            start_at BIGINT NOT NULL,
            length BIGINT NOT NULL,
            run TEXT COLLATE "C",
            record TEXT COLLATE "C",
            accepted_at BIGINT,
            PRIMARY KEY (user, conversation, chunk),
            FOREIGN KEY (user, conversation) REFERENCES background_recordings (user, conversation) ON DELETE CASCADE
        )
        """,
        "CREATE TABLE deleted_users (user TEXT COLLATE \"C\" PRIMARY KEY, since BIGINT NOT NULL)",
    ]
}
