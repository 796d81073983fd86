/// A step that takes the schema from one number to the next. Steps that have been released are never edited; new ones are appended to `all`.
package struct Migration: Sendable {
    package var statements: [StaticString]

    package init(_ statements: StaticString...) { self.statements = statements }

    /// All steps, in order. The number of the schema is the number of steps that were run.
    package static let all: [Migration] = [
        Migration(
            """
            CREATE TABLE users (
                id TEXT NOT NULL PRIMARY KEY,
                created_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            // Times are in milliseconds since 1970 UTC. `hash` is an HMAC of the key's text; the text itself is not stored.
            """
            CREATE TABLE access_keys (
                id TEXT NOT NULL PRIMARY KEY,
                hash BLOB NOT NULL UNIQUE,
                prefix TEXT NOT NULL,
                name TEXT,
                user TEXT NOT NULL REFERENCES users (id),
                scopes TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER,
                revoked_at INTEGER,
                credit_seconds INTEGER
            ) STRICT, WITHOUT ROWID
            """
        ),
        Migration(
            // Audio, in microseconds, that was paid with `credit_seconds`; `credit_seconds` is the sum of all credit ever given.
            "ALTER TABLE access_keys ADD COLUMN credit_used INTEGER NOT NULL DEFAULT 0"
        ),
        Migration(
            """
            CREATE TABLE uploads (
                id TEXT NOT NULL PRIMARY KEY,
                user TEXT NOT NULL,
                byte_count INTEGER NOT NULL,
                created_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            // `number` is the order of arrival. `notice`: 'wanted' until the job's end was reported to the owner's server, then 'done'.
            """
            CREATE TABLE jobs (
                number INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                dialect TEXT NOT NULL,
                user TEXT NOT NULL,
                access_key TEXT,
                status TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                finished_at INTEGER,
                attempts INTEGER NOT NULL,
                request TEXT NOT NULL,
                audio TEXT NOT NULL,
                engines TEXT NOT NULL,
                signing_key BLOB,
                error TEXT,
                transcript TEXT,
                notice TEXT,
                notice_status INTEGER
            ) STRICT
            """,
            "CREATE INDEX jobs_by_user ON jobs (user, dialect, number)",
            "CREATE INDEX jobs_unfinished ON jobs (status, user, number) WHERE status IN ('queued', 'processing')",
            "CREATE INDEX jobs_unannounced ON jobs (number) WHERE notice = 'wanted'",
            "CREATE INDEX jobs_by_audio ON jobs (audio) WHERE status IN ('queued', 'processing')"
        ),
        Migration(
            // `raw` is the vendor's own answer, where the owner wanted it kept.
            "ALTER TABLE jobs ADD COLUMN keeps_raw INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE jobs ADD COLUMN raw BLOB"
        ),
        conversations,
        usage,
        background,
        Migration(
            // The client's own name for the call that the conversation was.
            "ALTER TABLE conversations ADD COLUMN call TEXT"
        ),
        sessionParts,
        voiceLessons,
        backgroundPauses,
        unspacedWords,
        titlesByHand,
        forgettingSpeech,
        cuttingAudio,
        jobLeases,
        Migration(
            // Vendors that the job's caller pays with keys of their own, separated by commas. The keys themselves are not stored.
            "ALTER TABLE jobs ADD COLUMN own_keys TEXT NOT NULL DEFAULT ''"
        ),
        voiceAdoptions,
        deletedUsers,
        Migration(
            // Category, action items and appointments, as JSON; see `ConversationFindings.stored`.
            "ALTER TABLE conversations ADD COLUMN findings TEXT"
        ),
        webhookDeliveries,
        endedLogins,
        runsOfDays,
        Migration(
            // A day's jobs, old audio, and the user's own voices, each without a look at all the others.
            "CREATE INDEX jobs_by_time ON jobs (user, dialect, created_at)",
            "CREATE INDEX conversation_audio_by_time ON conversation_audio (created_at)",
            "CREATE INDEX voices_of_users ON voices (archive) WHERE is_user"
        ),
        goneSpeakers,
        rejectedEnrollments,
        announcedFiles,
        erasuresOfWords,
        assignedSegments,
        deliveriesGivenUp,
        deletedConversations,
        wordsWithoutSpeakers,
        reclaimedVoices,
        namedUploads,
    ]

    /// Returns the number of the last step that the database has.
    static func reached(on connection: SQLiteConnection) throws(StoreError) -> Int {
        var reached = 0
        try connection.run("SELECT coalesce(max(number), 0) FROM migrations") { (row) throws(StoreError) in reached = Int(row.integer(0) ?? 0) }
        return reached
    }

    /// Brings the schema up to date in one transaction. Several processes may call this at once: the second one finds the schema up to date.
    static func run(_ steps: [Migration], on connection: SQLiteConnection, path: String) throws(StoreError) {
        try connection.transaction { (connection) throws(StoreError) in
            try connection.run("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY) STRICT")
            let reached = try reached(on: connection)
            guard reached <= steps.count else { throw .newerSchema(path: path, found: reached, known: steps.count) }
            for number in reached..<steps.count {
                for statement in steps[number].statements { try connection.run(statement) }
                try connection.run("INSERT INTO migrations (number) VALUES (?)", [.integer(Int64(number + 1))])
            }
        }
    }
}
