/// A store with the shape of a year of use: statements that fill an empty SQLite database of the product's own schema. Nearly everything is the user
/// `year`'s; a tenth is the user `other`'s.
///
/// The content is the same in each run. Voices have voiceprints that are far apart; the vectors of windows are zero, so that a search by meaning reads
/// them and finds nothing.
package struct YearOfUse: Sendable {
    /// A statement with its parameters, in order.
    package struct Statement: Sendable {
        package let sql: StaticString
        package let values: [Int64]
    }

    /// The end of the year, in milliseconds since 1970.
    package var end: Int64 = 1_790_035_200_000
    package var conversations: Int64
    /// Number of all segments, at least two for each conversation.
    package var segments: Int64
    /// Number of segments of the longest conversation, which is the oldest one.
    package var longest: Int64
    /// Number of windows, at most as many as segments.
    package var windows: Int64
    /// Number of conversations that have audio, the newest ones.
    package var audio: Int64
    package var people: Int64
    /// Number of all voices. Each person has one, and nobody has named the others.
    package var voices: Int64
    /// Number of booked runs of engines in the half year for which they are kept.
    package var runs: Int64
    package var jobs: Int64

    /// A store that is made in seconds. Its proportions are those of a year.
    package static let small = YearOfUse(
        conversations: 400, segments: 20_000, longest: 1_000, windows: 10_000, audio: 120, people: 20, voices: 600, runs: 5_000, jobs: 2_000)
    /// A store after the first days.
    package static let week = YearOfUse(
        conversations: 50, segments: 6_250, longest: 200, windows: 3_400, audio: 15, people: 10, voices: 30, runs: 3_000, jobs: 240)
    /// The same with a crowd of voices.
    package static let crowd = YearOfUse(
        conversations: 50, segments: 6_250, longest: 200, windows: 3_400, audio: 15, people: 10, voices: 22_000, runs: 3_000, jobs: 240)
    /// A whole year of somebody who wears a microphone all day: about 2 GB.
    package static let full = YearOfUse(
        conversations: 8_000, segments: 1_000_000, longest: 6_000, windows: 556_000, audio: 2_500, people: 40, voices: 3_040, runs: 200_000,
        jobs: 30_000)

    /// The statements that fill the database, to be run in one transaction.
    package var statements: [Statement] {
        [
            Statement(sql: Self.userRows, values: []),
            Statement(sql: Self.keyRows, values: []),
            Statement(sql: Self.archiveRows, values: [segments, segments, voices]),
            Statement(sql: Self.settingRows, values: []),
            Statement(sql: Self.personRows, values: [people, end]),
            Statement(sql: Self.voiceRows, values: [people, voices, end]),
            Statement(sql: Self.joinedVoices, values: [people]),
            Statement(sql: Self.rejectedRows, values: [people]),
            Statement(sql: Self.conversationRows, values: [conversations, end]),
            Statement(sql: Self.rejectedEnrollments, values: []),
            Statement(sql: Self.segmentRows, values: [segments, conversations, longest, people, voices]),
            Statement(sql: Self.reassignedSegments, values: [voices - 9, longest]),
            Statement(sql: Self.reassignedSegments, values: [voices - 8, longest]),
            Statement(sql: Self.segmentCounts, values: []),
            Statement(sql: Self.windowRows, values: [segments, windows]),
            Statement(sql: Self.vectorRows, values: []),
            Statement(sql: Self.audioRows, values: [conversations, audio]),
            Statement(sql: Self.sessionRows, values: []),
            Statement(sql: Self.gapRows, values: []),
            Statement(sql: Self.forgottenRows, values: [end]),
            Statement(sql: Self.sampleRows, values: [people, end]),
            Statement(sql: Self.lessonRows, values: []),
            Statement(sql: Self.deliveryRows, values: [conversations, end]),
            Statement(sql: Self.deletedConversations, values: [end]),
            Statement(sql: Self.deletedRows, values: []),
            Statement(sql: Self.deletedAudio, values: [end]),
            Statement(sql: Self.deletedVoices, values: []),
            Statement(sql: Self.runRows, values: [runs, conversations, end]),
            Statement(sql: Self.dayRows, values: []),
            Statement(sql: Self.outboxRows, values: []),
            Statement(sql: Self.jobRows, values: [jobs, end]),
            Statement(sql: Self.uploadRows, values: [end]),
            Statement(sql: Self.recordingRows, values: [end]),
            Statement(sql: Self.chunkRows, values: []),
            Statement(sql: Self.loginRows, values: [end]),
        ]
    }
}

// MARK: People and voices

extension YearOfUse {
    private static let userRows: StaticString = "INSERT INTO users (id, created_at) VALUES ('year', 1), ('other', 1)"

    private static let keyRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
        INSERT INTO access_keys (id, hash, prefix, user, scopes, created_at)
        SELECT 'key' || i, CAST('hash' || i AS BLOB), 'hk_' || i, iif(i % 10 = 0, 'other', 'year'), 'listen read', i FROM n
        """

    private static let archiveRows: StaticString = """
        INSERT INTO archives (number, user, next_segment, next_window, next_voice)
        VALUES (1, 'year', ?1 + 1, ?2 + 1, ?3 + 1), (2, 'other', ?1 + 1, ?2 + 1, ?3 + 1)
        """

    private static let settingRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
        INSERT INTO settings (archive, name, value) SELECT 1 + i % 2, 'setting' || i, 'value' FROM n
        """

    private static let personRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO people (number, archive, id, name, created_at) SELECT i, 1 + (i % 10 = 0), 'p' || i, 'Person ' || i, ?2 - 31536000000 FROM n
        """

    /// A voiceprint has 192 values, each 1 or -1.
    private static let voiceRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2),
        d(i, state, count, bytes) AS (
            SELECT i, i * 7919 + 17, 0, x'' FROM n UNION ALL
            SELECT i, (state * 1103515245 + 12345) % 2147483648, count + 1, bytes || iif(state >> 16 & 1, x'0000803f', x'000080bf') FROM d WHERE count < 192)
        INSERT INTO voices (number, archive, id, label, person, model, direction, evidence, created_at)
        SELECT i, 1 + (i % 10 = 0), 'v' || i, i, iif(i <= ?1, i, NULL), 'voices', CAST(bytes AS BLOB), 20000000000, ?3 - 31536000000 + i * 1000
        FROM d WHERE count = 192
        """

    /// A voice that was merged into another one keeps no voiceprint.
    private static let joinedVoices: StaticString = "UPDATE voices SET joined_to = number - 1, direction = x'' WHERE number > ?1 AND number % 20 = 5"

    private static let rejectedRows: StaticString = """
        INSERT INTO rejected_owners (voice, person) SELECT v.number, p.number FROM voices v JOIN people p ON p.archive = v.archive AND p.number = v.number % ?1 + 1
        WHERE v.number % 15 = 0
        """

    private static let rejectedEnrollments: StaticString = """
        INSERT INTO rejected_enrollments (conversation, person, evidence) SELECT c.number, p.number, c.number FROM conversations c
        JOIN (SELECT archive, min(number) AS number FROM people GROUP BY archive) p ON p.archive = c.archive WHERE c.number % 10 = 0
        """

    private static let sampleRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 * 2)
        INSERT INTO speech_samples (archive, id, person, file, duration, model, direction, created_at, voice, makes_voice)
        SELECT p.archive, 'sample' || n.i, p.number, 'sample' || n.i || '.opus', 15000000000, 'voices', v.direction, ?2 - 30000000000, v.number, 1
        FROM n JOIN people p ON p.number = (n.i + 1) / 2 JOIN voices v ON v.number = p.number
        """

    /// Each person is learned from the first segment that somebody has assigned to them by hand.
    private static let lessonRows: StaticString = """
        INSERT INTO speech_sample_sources (sample, segment) SELECT l.number, s.number FROM speech_samples l
        JOIN (SELECT person, min(number) AS number FROM segments WHERE identified_by = 'manual' AND person IS NOT NULL GROUP BY person) s
        ON s.person = l.person WHERE l.number % 2 = 0
        """
}

// MARK: Conversations

extension YearOfUse {
    private static let conversationRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO conversations
        (number, archive, id, status, since, source, device, language, title, summary, started_at, finished_at, windows_model, findings)
        SELECT i, 1 + (i % 10 = 0), 'c' || i, CASE WHEN i = ?1 THEN 'in_progress' WHEN i = ?1 - 1 THEN 'processing' WHEN i % 50 = 0 THEN 'discarded'
            ELSE 'completed' END, ?2 - (?1 + 1 - i) * (31536000000 / ?1), iif(i % 4 = 0, 'desktop', 'omi'), 'device' || (i % 3), 'en', 'Title ' || i,
        'A summary of some length, as the product makes it from a conversation''s sentences.', ?2 - (?1 + 1 - i) * (31536000000 / ?1),
        ?2 - (?1 + 1 - i) * (31536000000 / ?1) + 1200000, iif(i < ?1 - 1, 'windows', NULL), '{"category":"other"}' FROM n
        """

    /// Seven of ten segments are said by people whose voices are known, the first ones most; two by the user; and one by a voice without a name, which
    /// is heard in a conversation or two. Of a hundred one is assigned by hand.
    private static let segmentRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
        placed(i, c, hash) AS (
            SELECT i, iif(i <= ?3, 1, 2 + (i - ?3 - 1) * (?2 - 1) / (?1 - ?3)), i * 2654435761 % 4294967296 FROM n),
        spoken(i, c, hash, archive, owner, start) AS (
            SELECT i, c, hash, 1 + (c % 10 = 0), 1 + (hash % 97) * (hash / 97 % 97) % (?4 / 10 * 10),
            4000000000 * (i - iif(c = 1, 1, ?3 + 1 + ((c - 2) * (?1 - ?3) + ?2 - 2) / (?2 - 1))) FROM placed)
        INSERT INTO segments (number, conversation, id, text, start_at, end_at, speaker, person, is_user, voice, identified_by, confidence, channel,
            engine, model, words)
        SELECT archive << 32 | i, c, 's' || i,
        printf('word%d word%d word%d word%d word%d and so it was said', hash % 11, hash / 11 % 101, hash / 1111 % 1009, hash / 13 % 5003, hash / 17 % 20011),
        start, start + 3000000000, hash % 3,
        iif(hash % 100 = 7, iif(archive = 1, owner - (owner % 10 = 0), (owner + 9) / 10 * 10), NULL), hash % 10 IN (8, 9),
        CASE WHEN hash % 10 IN (8, 9) THEN NULL WHEN hash % 10 = 0 THEN ?4 + 1 + (c * (?5 - ?4 - 10) / ?2 / 10 * 10 + iif(archive = 1, hash / 10 % 9, 9))
            WHEN archive = 1 THEN owner - (owner % 10 = 0) ELSE (owner + 9) / 10 * 10 END,
        iif(hash % 100 = 7, 'manual', 'voiceprint'), 0.75, 0, 'local', 'model',
        printf('[["word%d",%d,290000000,900],["word%d",%d,290000000,900],["word%d",%d,290000000,900],["word%d",%d,290000000,900],["word%d",%d,290000000,900],',
            hash % 11, start, hash / 11 % 101, start + 300000000, hash / 1111 % 1009, start + 600000000, hash / 13 % 5003, start + 900000000,
            hash / 17 % 20011, start + 1200000000)
        || printf('["and",%d,290000000,900],["so",%d,290000000,900],["it",%d,290000000,900],["was",%d,290000000,900],["said",%d,290000000,900]]',
            start + 1500000000, start + 1800000000, start + 2100000000, start + 2400000000, start + 2700000000)
        FROM spoken
        """

    /// Segments that a voice without a name had, and that automation has given to the user.
    private static let reassignedSegments: StaticString = """
        UPDATE segments SET voice = ?1 WHERE number IN (
            SELECT number FROM segments WHERE is_user AND voice IS NULL AND person IS NULL AND identified_by <> 'manual' AND conversation % 10 > 0
            ORDER BY number LIMIT ?2)
        """

    private static let segmentCounts: StaticString = """
        UPDATE conversations SET (segment_count, first_segment, last_segment) =
        (SELECT count(*), min(s.number), max(s.number) FROM segments s WHERE s.conversation = conversations.number)
        """

    private static let windowRows: StaticString = """
        INSERT INTO windows (number, conversation, start_at, end_at, segments, first_segment, last_segment, model, bits)
        SELECT number, conversation, start_at, end_at, '["' || id || '"]', number, number, 'windows', randomblob(48) FROM segments
        WHERE (number & 4294967295) * ?2 / ?1 > ((number & 4294967295) - 1) * ?2 / ?1
        """

    private static let vectorRows: StaticString = "INSERT INTO window_vectors (number, vector) SELECT number, zeroblob(768) FROM windows"

    private static let audioRows: StaticString = """
        INSERT INTO conversation_audio (conversation, file, format, start_at, duration, byte_count, created_at, cut_from, cut_to)
        SELECT number, 'audio' || number || '.opus', 'opus', 0, 1000000000000000, 4000000, started_at, iif(number = ?1 - 5, 0, NULL), iif(number = ?1 - 5, 9, NULL)
        FROM conversations WHERE number > ?1 - ?2
        """

    private static let sessionRows: StaticString =
        "INSERT INTO session_parts (session, conversation, begins, shift) SELECT 'session' || number, number, 0, 0 FROM conversations"

    /// One conversation of fifty has two gaps.
    private static let gapRows: StaticString = """
        INSERT INTO session_gaps (session, begins, ends)
        SELECT 'session' || c.number, CAST(n.value AS BIGINT) * 10000000000, CAST(n.value AS BIGINT) * 10000000000 + 2000000000
        FROM conversations c JOIN json_each('[1,2]') n WHERE c.number % 50 = 0
        """

    private static let forgottenRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
        INSERT INTO forgotten_speech (session, begins, ends, noted_at) SELECT 'session' || i, 0, 1000000000, ?1 - i * 1000 FROM n
        """

    private static let deliveryRows: StaticString = """
        INSERT INTO webhook_deliveries (id, archive, conversation, due_at)
        SELECT 'delivery' || number, archive, number, ?2 FROM conversations WHERE number > ?1 - 20
        """
}

// MARK: Deleted conversations

extension YearOfUse {
    /// Conversations that somebody deletes in a week, and that can be restored.
    private static let deletedConversations: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
        INSERT INTO deleted_conversations (number, archive, id, title, started_at, duration, deleted_at, kept_until)
        SELECT i, 1 + (i % 10 = 0), 'deleted' || i, 'Title ' || i, ?1 - 86400000, 1200000000000, ?1 - i * 1000, ?1 + 604800000 FROM n
        """

    private static let deletedRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO deleted_rows (deletion, kind, content) SELECT d.number, 'segments', json_object('number', n.i) FROM deleted_conversations d JOIN n
        """

    private static let deletedAudio: StaticString = """
        INSERT INTO deleted_audio (deletion, file, format, start_at, duration, byte_count, created_at, cut_from, cut_to)
        SELECT number, 'deleted' || number || '.opus', 'opus', 0, 1200000000000, 4000000, ?1, iif(number = 5, 0, NULL), iif(number = 5, 9, NULL)
        FROM deleted_conversations
        """

    private static let deletedVoices: StaticString =
        "INSERT INTO deleted_voices (deletion, voice) SELECT number, number % 9 + 1 FROM deleted_conversations"
}

// MARK: Usage and jobs

extension YearOfUse {
    private static let runRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1),
        made(i, run, name, time, session) AS (
            SELECT i, printf('run%08d', i), iif(i % 10 = 0, 'other', 'year'), ?3 - (?1 + 1 - i) * (15552000000 / ?1), 'session' || (1 + (i - 1) * ?2 / ?1) FROM n)
        INSERT INTO usage_runs (run, user, day, record)
        SELECT run, name, date(time / 1000, 'unixepoch'), json_object('run_id', run, 'user', name, 'key', 'key' || (1 + i % 5), 'session_id', session,
            'session_start_ns', 0, 'channel_count', 1, 'provider', 'local', 'model', 'model' || (i % 3), 'workload', 'realtime', 'kind', 'stream',
            'payer', 'operator', 'status', 'succeeded', 'started_at', time, 'completed_at', time, 'latency_ns', 200000000, 'audio_ns', 60000000000,
            'billable_ns', 60000000000, 'billing', 'certain', 'cost', 100, 'retry_count', 0, 'segment_count', 10, 'word_count', 100,
            'speaker_count', 2, 'identified_speaker_count', 1) FROM made
        """

    private static let dayRows: StaticString = """
        INSERT INTO usage_days (day, user, access_key, provider, model, workload, payer, runs, failed, audio, speech, billable, cost, unpriced, retries,
            fallbacks, segments, words, speakers, identified)
        SELECT day, user, json_extract(record, '$.key'), 'local', json_extract(record, '$.model'), 'realtime', 'operator', count(*), 0,
        count(*) * 60000000000, 0, count(*) * 60000000000, count(*) * 100, 0, 0, 0, count(*) * 10, count(*) * 100, count(*) * 2, count(*)
        FROM usage_runs GROUP BY 1, 2, 3, 5
        """

    private static let outboxRows: StaticString =
        """
        INSERT INTO usage_outbox (run, is_open, record)
        SELECT 'open' || run, run > 'run00000010', json_set(record, '$.run_id', 'open' || run) FROM usage_runs ORDER BY run LIMIT 20
        """

    private static let jobRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO jobs (number, id, dialect, user, access_key, status, created_at, finished_at, attempts, request, audio, engines, error, transcript,
            notice)
        SELECT i, printf('job%08d', i), iif(i % 3 = 0, 'deepgram', 'assemblyai'), iif(i % 10 = 0, 'other', 'year'), 'key1',
        CASE WHEN i > ?1 - 5 THEN 'queued' WHEN i > ?1 - 8 THEN 'processing' WHEN i % 100 = 1 THEN 'error' ELSE 'completed' END,
        ?2 - (?1 + 1 - i) * (31536000000 / ?1), ?2 - (?1 + 1 - i) * (31536000000 / ?1) + 60000, 1, '{}', 'upload' || (i % 50), 'local',
        iif(i % 100 = 1, 'no speech', NULL), iif(i % 100 = 1 OR i > ?1 - 8, NULL, hex(zeroblob(1000))),
        CASE WHEN i > ?1 - 20 THEN 'wanted' WHEN i % 5 = 0 THEN 'done' END FROM n
        """

    private static let uploadRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 49)
        INSERT INTO uploads (id, user, byte_count, created_at) SELECT 'upload' || i, iif(i % 10 = 0, 'other', 'year'), 1000000, ?1 FROM n
        """

    private static let recordingRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO background_recordings (user, conversation, state, since)
        SELECT iif(i % 10 = 0, 'other', 'year'), 'background' || i, iif(i > 195, 'open', 'finished'), ?1 - i * 1000 FROM n
        """

    private static let chunkRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
        INSERT INTO background_chunks (user, conversation, chunk, hash, start_at, length, run, record, accepted_at)
        SELECT user, conversation, 'chunk' || i, 'hash', i * 1000000000, 1000000000, 'run', '{}', since FROM background_recordings JOIN n
        """

    private static let loginRows: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
        INSERT INTO ended_logins (code, expires_at) SELECT CAST('code' || i AS BLOB), ?1 + i FROM n
        """
}
