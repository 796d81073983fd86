import HarkenTesting
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `The plans of the stores' statements` {
    private let temporary = TemporaryFolder()

    /// A statement that reads a large table all the same.
    private struct Exception {
        /// A part of the statement.
        var statement: String
        var tables: Set<String>
        var reason: String

        init(_ statement: String, _ tables: Set<String>, _ reason: String) {
            (self.statement, self.tables, self.reason) = (statement, tables, reason)
        }

        func covers(_ fault: QueryPlan.Fault) -> Bool { tables.contains(fault.table) && fault.statement.contains(statement) }
    }

    private static let deletion = "all that a user has is deleted or renamed"
    private static let part = "a part of what a user has"
    private static let speech = "all that a person or a voice has said gets another speaker"

    private static let exceptions = [
        Exception("SELECT id FROM jobs WHERE user = ?", ["jobs"], deletion),
        Exception(
            "SELECT EXISTS (SELECT 1 FROM archives", ["jobs", "background_recordings", "usage_days", "usage_runs"], "the first row is enough"),
        Exception("SELECT number FROM conversations WHERE archive = ? LIMIT ?", ["conversations"], part),
        Exception("FROM deleted_users d ORDER BY d.since", ["conversations"], "asked once a second while a user is deleted"),
        Exception("SELECT count(*), max(started_at) FROM conversations", ["conversations"], "the user's entries of an index, for the list of users"),
        Exception("v.person IS NULL AND NOT v.is_user AND NOT EXISTS", ["voices"], "the user's voices, of each the latest segments"),
        Exception("sum(a.byte_count)", ["conversations"], "the audio of all conversations of a user, for the list of users"),
        Exception("SELECT run FROM usage_runs WHERE user = ? LIMIT ?", ["usage_runs"], part),
        Exception("DELETE FROM jobs WHERE number IN", ["jobs"], part),
        Exception("DELETE FROM voices WHERE", ["segments", "voices"], "no segment has a voice that is deleted"),
        Exception("DELETE FROM people WHERE", ["segments"], "no segment has a person who is deleted"),
        Exception("DELETE FROM archives WHERE number = ?", ["conversations", "voices"], "an archive that is deleted is empty"),
        Exception("DELETE FROM background_recordings WHERE user = ?", ["background_recordings"], deletion),
        Exception("SELECT day FROM usage_days WHERE user = ? ORDER BY day LIMIT ?", ["usage_days"], part),
        Exception("DELETE FROM usage_days WHERE user = ?", ["usage_days"], deletion),
        Exception("DELETE FROM usage_runs WHERE user = ?", ["usage_runs"], deletion),
        Exception("UPDATE segments SET person = NULL, voice = NULL", ["segments"], speech),
        Exception("UPDATE segments SET voice = NULL", ["segments"], speech),
        Exception("FROM segments INDEXED BY segments_assigned", ["segments"], "a part of the segments that automation gave to others"),
        Exception("SELECT 1 FROM segments WHERE voice IN", ["segments"], "the first row is enough"),
        Exception("SELECT number FROM segments WHERE voice = ?1 LIMIT ?2", ["segments"], "at most 30,000 entries of an index"),
        Exception("SELECT number FROM segments WHERE person = ?1 LIMIT ?2", ["segments"], "at most 30,000 entries of an index"),
        Exception("FROM segments INDEXED BY segments_of_voices", ["segments"], "at most 4,000 entries of an index"),
        Exception("s.number BETWEEN w.first_segment AND w.last_segment", ["segments"], "at most 256 segments of a window"),
        Exception("FROM windows WHERE number BETWEEN ? AND ?", ["windows"], "the user's index of meaning is read into memory, once"),
        Exception("status = 'completed' ORDER BY started_at DESC, number DESC LIMIT 1", ["conversations"], "the newest ones, to the first completed"),
        Exception("SELECT count(*) FROM jobs WHERE user = ? AND dialect = ?", ["jobs"], "a client asks for a number"),
        Exception("FROM jobs INDEXED BY jobs_by_user", ["jobs"], "the newest ones, until the page is full"),
        Exception("v.evidence, v.created_at, v.adopted_at", ["voices"], "all voices are wanted"),
        Exception("SELECT max(s.number) FROM segments s", ["segments", "voices"], "the last index entry of each voice that is wanted"),
        Exception("SELECT count(*) FROM voices v INDEXED BY voices_unnamed", ["voices"], "a count of at most 20,000 entries of an index"),
        Exception("SELECT count(*) FROM voices WHERE archive = ?", ["voices"], "a count of at most 20,000 entries of an index"),
        Exception("WHERE v.person IS NULL AND NOT v.is_user AND v.joined_to IS NULL", ["voices", "segments"], "once an hour"),
        Exception("FROM (SELECT DISTINCT conversation FROM conversation_audio)", ["conversation_audio"], "once after a start"),
        Exception("DELETE FROM background_chunks WHERE record IS NULL", ["background_chunks"], "once after a start"),
        Exception("INSERT INTO voices (archive, id, label, person, is_user, model", ["segments"], "no segment has a voice that is new"),
        Exception("SELECT 1 FROM conversation_audio a JOIN conversations", ["conversations"], "once for an import, to the first row"),
        Exception("SELECT record FROM usage_runs", ["usage_runs"], "an export"),
        Exception("SELECT 1 FROM segments LIMIT 1 OFFSET ?", ["segments"], "once a day, 10,000 entries of an index"),
        Exception("SELECT DISTINCT l.number, v.number, l.makes_voice", ["segments"], "may begin at the few segments that voices were learned from"),
    ]

    private enum Statistics: CaseIterable { case none, gathered, complete }

    @Test func `read no large table whole, with statistics and without`() async throws {
        let texts = Set(try StoreStatements.literals() + (try await StoreStatements.composed(in: temporary)))
        let database = try SQLiteDatabase(in: DataDirectory(creating: temporary.path(of: "year")))
        try await database.fill(with: .small)
        var needed: Set<String> = []
        for statistics in Statistics.allCases {
            switch statistics {
            case .none: break
            case .gathered: try await database.gatherStatistics()
            case .complete:
                try await database.write { (connection) throws(StoreError) in
                    try connection.run("PRAGMA analysis_limit = 0")
                    try connection.run("ANALYZE")
                }
            }
            let plans = try Self.plans(of: texts, in: database)
            #expect(plans.plans.count > 200)
            for fault in plans.plans.flatMap({ $0.faults(tables: plans.tables) }) {
                if let exception = Self.exceptions.first(where: { $0.covers(fault) }) {
                    needed.insert(exception.statement)
                } else {
                    Issue.record("with \(statistics) statistics: \(fault)")
                }
            }
        }
        #expect(Self.exceptions.map(\.statement).filter { !needed.contains($0) } == [], "these are mended: take them off the list")
    }

    @Test func `are all there: each SQL text in the sources is a statement, or a piece of one that was run`() async throws {
        let database = try SQLiteDatabase(in: DataDirectory(creating: temporary.path(of: "empty")))
        let literals = try StoreStatements.literals()
        let whole = Set(try Self.plans(of: Set(literals), in: database).plans.map(\.statement))
        let run =
            try await StoreStatements.composed(in: temporary) + StoreStatements.copying(in: temporary) + StoreStatements.triggers(in: temporary)
        let left = literals.filter { text in
            !whole.contains(text) && !StoreStatements.isForPostgreSQL(text) && !run.contains { $0.contains(text) }
        }
        #expect(left == [])
    }

    @Test func `are judged: a scan and a wide search are faults, a narrow search is none`() {
        let tables: Set<String> = ["segments", "jobs", "people"]
        func faults(_ statement: String, _ steps: String...) -> [String] {
            QueryPlan(statement: statement, steps: steps).faults(tables: tables).map(\.table)
        }
        #expect(faults("SELECT * FROM segments s", "SCAN s") == ["segments"])
        #expect(faults("SELECT * FROM segments s", "SEARCH s USING AUTOMATIC COVERING INDEX (voice=?)") == ["segments"])
        #expect(faults("SELECT * FROM jobs", "SEARCH jobs USING INDEX jobs_by_user (user=? AND dialect=?)") == ["jobs"])
        #expect(faults("SELECT * FROM jobs", "SEARCH jobs USING INDEX jobs_by_time (user=? AND dialect=? AND created_at>?)") == [])
        #expect(faults("SELECT * FROM jobs", "SCAN jobs USING INDEX jobs_unfinished") == [])
        #expect(faults("SELECT * FROM people p", "SCAN p") == [])
        #expect(faults("WITH x AS (SELECT 1) SELECT * FROM x", "MATERIALIZE x", "SCAN CONSTANT ROW", "SCAN x") == [])
        #expect(
            faults("SELECT * FROM segments s WHERE s.id IN (SELECT value FROM y)", "SEARCH s USING INDEX segments_in_order (conversation=?)")
                == ["segments"])
    }

    /// Returns the plans of those of the texts that are whole statements.
    private static func plans(of texts: Set<String>, in database: SQLiteDatabase) throws -> (plans: [QueryPlan], tables: Set<String>) {
        // The connection is new, so that it knows the statistics. The reader for words knows all functions.
        try database.makeReader(for: .words).runBlocking { (connection) throws(StoreError) in
            var plans: [QueryPlan] = [], tables: Set<String> = ["sqlite_schema"]
            try connection.run("SELECT name FROM sqlite_schema WHERE type = 'table'") { (row) throws(StoreError) in
                if let name = row.text(0) { tables.insert(name) }
            }
            for text in texts where text.contains(/^(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/) {
                guard let steps = try? connection.plan(of: text) else { continue }
                plans.append(QueryPlan(statement: text, steps: steps))
            }
            return (plans, tables)
        }
    }
}
