import Conversations
import HarkenTesting
import Speech
import Store
import Testing

@Suite struct `The schema` {
    private let temporary = TemporaryFolder()

    /// What a database of each earlier number may hold: rows that were made with that schema, as the Harken of that day made them.
    private static let rows: [[StaticString]] = [
        [
            "INSERT INTO users VALUES ('ann', 1)",
            """
            INSERT INTO access_keys (id, hash, prefix, name, user, scopes, created_at, credit_seconds)
            VALUES ('key_1', x'0102', 'hk_1', 'laptop', 'ann', 'listen', 1, 60)
            """,
        ],
        ["UPDATE access_keys SET credit_used = 5"],
        [
            "INSERT INTO uploads (id, user, byte_count, created_at) VALUES ('up1', 'ann', 5, 1)",
            """
            INSERT INTO jobs (id, dialect, user, status, created_at, attempts, request, audio, engines)
            VALUES ('job1', 'assemblyai', 'ann', 'queued', 1, 0, '{}', 'up1', 'local')
            """,
        ],
        ["UPDATE jobs SET keeps_raw = 1, raw = x'7b7d'"],
        [
            "INSERT INTO archives (user, next_segment) VALUES ('ann', 2)",
            """
            INSERT INTO conversations (archive, id, status, since, source, started_at, finished_at, segment_count, first_segment, last_segment)
            VALUES (1, 'c1', 'completed', 1, 'omi', 1, 2, 1, 4294967297, 4294967297)
            """,
            """
            INSERT INTO segments (number, conversation, id, text, start_at, end_at, channel, is_user)
            VALUES (4294967297, 1, 's1', 'Hello there 今天天气', 0, 1000000000, 0, 1)
            """,
        ],
        ["INSERT INTO usage_outbox VALUES ('run1', 0, '{}')"],
        [
            "INSERT INTO background_recordings (user, conversation, state, language, since) VALUES ('ann', 'c1', 'open', NULL, 1)",
            "INSERT INTO background_chunks VALUES ('ann', 'c1', 'k1', 'h', 0, 1, NULL, NULL, NULL)",
        ],
        ["UPDATE conversations SET call = 'call-1'"],
        ["UPDATE conversations SET timeout = 1", "INSERT INTO session_parts VALUES ('session', 1, 0, NULL)"],
        [
            "INSERT INTO speech_samples (archive, id, duration, created_at) VALUES (1, 'sample', 1, 1)",
            "INSERT INTO speech_sample_sources VALUES (1, 4294967297)",
        ],
        ["UPDATE background_recordings SET pause = 120000000000"],
        ["UPDATE segments SET is_edited = 1"],
        ["UPDATE conversations SET is_titled = 1"],
        ["INSERT INTO forgotten_speech (session, begins, noted_at) VALUES ('session', 0, 1)"],
        [
            """
            INSERT INTO conversation_audio (conversation, file, format, start_at, duration, byte_count, created_at, cut_from, cut_to)
            VALUES (1, 'a', 'opus', 0, 9, 1, 1, 0, 5)
            """
        ],
        ["UPDATE jobs SET owner = 'process', lease_until = 1, sealed = x'00'"],
        ["UPDATE jobs SET own_keys = 'deepgram'"],
        [
            "INSERT INTO voices (archive, id, label, model, direction, evidence, created_at) VALUES (1, 'v1', 1, 'm', x'00', 1, 1)",
            "INSERT INTO rejected_owners VALUES (1, NULL)",
        ],
        ["INSERT INTO deleted_users VALUES ('bob', 1)"],
        ["UPDATE conversations SET findings = '{}'"],
        ["INSERT INTO webhook_deliveries (id, archive, conversation, due_at) VALUES ('d1', 1, 1, 1)"],
        ["INSERT INTO ended_logins VALUES (x'00', 1)"],
        [],
        [],
        [
            "INSERT INTO people (archive, id, name, created_at, joined_to, is_gone) VALUES (1, 'gone 1', '', 1, NULL, 1)",
            "UPDATE voices SET is_gone = 1",
        ],
        [
            "INSERT INTO people (archive, id, name, created_at) VALUES (1, 'p1', 'Anna', 1)",
            "INSERT INTO rejected_enrollments SELECT 1, number, 7 FROM people WHERE id = 'p1'",
        ],
        ["INSERT INTO abandoned_files (file, due_at) VALUES ('announced', 1)"],
        ["INSERT INTO erasures (number, deletions, has_words) VALUES (1, 1, 0)"],
        [],
        [
            "UPDATE webhook_deliveries SET failing_since = 1, failure = 'failed:503', given_up_at = 2",
            "INSERT INTO webhook_deliveries (id, archive, conversation, content, session, due_at) VALUES ('d2', 1, 1, 'transcript', 'session', 1)",
        ],
        [
            "INSERT INTO deleted_conversations (archive, id, started_at, duration, deleted_at, kept_until) VALUES (1, 'c9', 1, 1, 1, 9)",
            "INSERT INTO deleted_rows (deletion, kind, content) VALUES (1, 'segments', '{}')",
            "INSERT INTO deleted_voices VALUES (1, 1)",
            "UPDATE forgotten_speech SET deletion = 1",
        ],
        [],
        ["INSERT INTO reclaimed_voices VALUES (1, 4294967297)"],
        ["UPDATE uploads SET name = 'talk.wav', reference = 'mine'"],
        ["UPDATE jobs SET duration = 2500000000"],
        ["UPDATE access_keys SET languages = 'de en'"],
        [
            """
            INSERT INTO speaker_parts (conversation, person, is_user, names_voices, is_restoration, speakers) VALUES (1, NULL, 1, 0, 0, '["s1"]')
            """
        ],
        ["INSERT INTO session_gaps VALUES ('session', 0, 1)"],
        [],
    ]

    @Test(arguments: 0...Migration.all.count) func `is brought up to date from every earlier one, with its rows`(earlier: Int) async throws {
        let directory = try DataDirectory(creating: temporary.path)
        do {
            let database = try SQLiteDatabase(in: directory, migrations: Array(Migration.all.prefix(earlier)))
            try await database.write { (connection) throws(StoreError) in
                for statement in Self.rows.prefix(earlier).joined() { try connection.run(statement) }
            }
        }
        let database = try SQLiteDatabase(in: directory)
        let found = try await database.read { (connection) throws(StoreError) in
            var found: [String] = []
            try connection.run("SELECT id || name || coalesce(credit_used, 0) FROM access_keys") { (row) throws(StoreError) in
                found.append(row.text(0) ?? "")
            }
            try connection.run("SELECT id || status || keeps_raw FROM jobs") { (row) throws(StoreError) in found.append(row.text(0) ?? "") }
            try connection.run("PRAGMA foreign_key_check") { (_) throws(StoreError) in found.append("a key points nowhere") }
            try connection.run("PRAGMA integrity_check") { (row) throws(StoreError) in found.append(row.text(0) ?? "") }
            return found
        }
        let keys = earlier >= 1 ? ["key_1laptop\(earlier >= 2 ? 5 : 0)"] : [], jobs = earlier >= 3 ? ["job1queued\(earlier >= 4 ? 1 : 0)"] : []
        #expect(found == keys + jobs + ["ok"])
        // What was said before is found, in the words that it has now.
        let kept = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { .at(0) })
        #expect(try await kept.search(SearchQuery("hello"), embedding: nil, of: .ann).hits.map(\.segment) == (earlier >= 5 ? [ID("s1")] : []))
        #expect(try await kept.search(SearchQuery("天气"), embedding: nil, of: .ann).hits.map(\.segment) == (earlier >= 5 ? [ID("s1")] : []))
        // And what is newest works on it.
        let store = SQLConversationStore(in: database, audio: Blobs(in: database.directory).audio, now: { .at(0) })
        #expect(try await store.begin(.of(.ann, "new", .said("s1", "there again"))))
        #expect(try await store.list(ConversationQuery(speaker: .user), of: .ann).conversations.map(\.id) == (earlier >= 5 ? [ID("c1")] : []))
    }

    @Test func `has audio cut that the parts of a conversation had in common, where it is known which is whose`() async throws {
        let directory = try DataDirectory(creating: temporary.path), before = 14
        do {
            let database = try SQLiteDatabase(in: directory, migrations: Array(Migration.all.prefix(before)))
            try await database.write { (connection) throws(StoreError) in
                for statement in Self.rows.prefix(before).joined() { try connection.run(statement) }
                // The second was parted from the first at 4 s; the third is two parts of another one, put together again.
                for number in 2...3 {
                    try connection.run(
                        """
                        INSERT INTO conversations (archive, id, status, since, source, started_at, finished_at, segment_count)
                        VALUES (1, 'c' || ?1, 'completed', 1, 'omi', 1, 2, 1)
                        """, [.integer(Int64(number))])
                    try connection.run(
                        """
                        INSERT INTO segments (number, conversation, id, text, start_at, end_at, channel)
                        VALUES (4294967297 + ?1, ?1, 's1', 'Hello', 500000000, 1000000000, 0)
                        """, [.integer(Int64(number))])
                }
                for (conversation, file, start) in [(1, "a", -1), (2, "a", -5), (3, "b", 0), (3, "b", 0)] {
                    try connection.run(
                        """
                        INSERT INTO conversation_audio (conversation, file, format, start_at, duration, byte_count, created_at)
                        VALUES (?, ?, 'opus', ?, 9000000000, 1, 1)
                        """, [.integer(Int64(conversation)), .text(file), .integer(Int64(start) * 1_000_000_000)])
                }
            }
        }
        let store = SQLConversationStore(in: try SQLiteDatabase(in: directory), audio: Blobs(in: directory).audio, now: { .at(0) })
        let uncut = try await store.uncutAudio()
        #expect(uncut.map(\.audio.file) == ["a", "a"])
        #expect(uncut.map(\.from) == [.zero, .seconds(5.5)] && uncut.map(\.to) == [.seconds(5.5), .seconds(9)])
        #expect(try await store.audio(of: ID("c3"), of: .ann).count == 2)
    }

    @Test func `has rows of every number to be tested with`() {
        #expect(Self.rows.count >= 6 && Migration.all.count >= 6)
        #expect(Self.rows.count >= Migration.all.count)
    }
}
