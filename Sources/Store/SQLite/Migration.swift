/// A step that takes the schema from one number to the next. Steps that have been released are never edited, because databases that were made with
/// another content are refused; new ones are appended to `all`.
package struct Migration: Sendable {
    package let statements: [StaticString]
    /// The work of a step that may take long with many rows, in words: see `SchemaWork`. nil for the others.
    package let work: StaticString?
    /// Checksum of the statements.
    package let content: String

    package init(work: StaticString? = nil, _ statements: StaticString...) {
        self.statements = statements
        self.work = work
        content = MigrationContent.checksum(of: statements)
    }

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
            work: "indexes jobs, audio and voices",
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
        jobDurations,
        Migration(
            // Codes of the languages that speech may be in, with blanks between them; empty: every language.
            "ALTER TABLE access_keys ADD COLUMN languages TEXT NOT NULL DEFAULT ''"
        ),
        speakerParts,
        sessionGaps,
        Migration(
            work: "indexes voices",
            // Voices without a name in the order of their evidence. The columns of the condition are there so that no row is read for it.
            """
            CREATE INDEX voices_unnamed ON voices (archive, evidence, number, person, is_user, joined_to, is_gone)
            WHERE person IS NULL AND NOT is_user AND joined_to IS NULL AND NOT is_gone
            """
        ),
    ]

    /// Returns the number of the last step that the database has.
    static func reached(on connection: SQLiteConnection) throws(StoreError) -> Int {
        var reached = 0
        try connection.run("SELECT coalesce(max(number), 0) FROM migrations") { (row) throws(StoreError) in reached = Int(row.integer(0) ?? 0) }
        return reached
    }

    /// Brings the schema up to date in one transaction. Several processes may call this at once: the second one finds the schema up to date.
    ///
    /// The content of each step is recorded with the step. A database of a version that recorded none is compared with the schema that the steps make: when
    /// both are the same, the content is recorded, and otherwise the database is used as it is.
    ///
    /// - Parameter report: called before a step that may take long, unless the database is new.
    /// - Returns: the names of the parts of the schema that are missing or are others, where that is all that is known of the steps.
    /// - Throws: `newerSchema`, or `otherSchema` when a step was recorded with another content, or cannot be taken on a schema that is another one.
    static func run(
        _ steps: [Migration], on connection: SQLiteConnection, path: String, report: @Sendable (SchemaWork) -> Void = { _ in }
    ) throws(StoreError) -> [String] {
        try connection.transaction { (connection) throws(StoreError) in
            try makeTable(on: connection)
            let reached = try reached(on: connection)
            guard reached <= steps.count else { throw .newerSchema(path: path, found: reached, known: steps.count) }
            let unknown = try unknownSteps(among: steps, on: connection, path: path)
            let differences = try unknown.isEmpty ? [] : Shape(of: connection).differences(from: Shape(of: steps.prefix(reached)))
            if differences.isEmpty {
                for number in unknown {
                    try connection.run(
                        "UPDATE migrations SET content = ? WHERE number = ?", [.text(steps[number - 1].content), .integer(Int64(number))])
                }
            }
            do throws(StoreError) {
                try take(steps, after: reached, on: connection, report: report)
            } catch {
                // A full disk, or a damaged file, is no question of the schema.
                guard case .failed = error, !differences.isEmpty else { throw error }
                throw .otherSchema(path: path, detail: "\(differences.prefix(3).joined(separator: ", ")); \(error)")
            }
            return differences
        }
    }

    private static func take(
        _ steps: [Migration], after reached: Int, on connection: SQLiteConnection, report: @Sendable (SchemaWork) -> Void
    ) throws(StoreError) {
        for number in reached..<steps.count {
            if let work = steps[number].work, reached > 0 { report(SchemaWork(step: number + 1, of: steps.count, work)) }
            for statement in steps[number].statements { try connection.run(statement) }
            try connection.run(
                "INSERT INTO migrations (number, content) VALUES (?, ?)", [.integer(Int64(number + 1)), .text(steps[number].content)])
        }
    }

    private static func makeTable(on connection: SQLiteConnection) throws(StoreError) {
        try connection.run("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, content TEXT) STRICT")
        var hasContent = false
        try connection.run("SELECT 1 FROM pragma_table_info('migrations') WHERE name = 'content'") { (_) throws(StoreError) in hasContent = true }
        // Earlier versions recorded the numbers only, and go on with the table as it is then.
        if !hasContent { try connection.run("ALTER TABLE migrations ADD COLUMN content TEXT") }
    }

    /// Compares the recorded contents with those of `steps`.
    ///
    /// - Returns: the numbers of the steps whose content was not recorded.
    private static func unknownSteps(among steps: [Migration], on connection: SQLiteConnection, path: String) throws(StoreError) -> [Int] {
        var unknown: [Int] = []
        try connection.run("SELECT number, content FROM migrations ORDER BY number") { (row) throws(StoreError) in
            guard let number = row.integer(0).map({ Int($0) }), steps.indices.contains(number - 1) else { return }
            guard let content = row.text(1) else { return unknown.append(number) }
            guard content == steps[number - 1].content else { throw .otherSchema(path: path, detail: "step \(number)") }
        }
        return unknown
    }
}
