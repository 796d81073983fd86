import Framing
import Speech

/// The statement that reads a page of a user's jobs, with its parameters. Columns as of `TranscriptionJob`.
struct JobPage {
    let statement: ComposedSQL
    let values: [SQLValue]

    init(of user: ID<User>, dialect: String, _ query: TranscriptionJobQuery) {
        let first: [SQLValue] = [
            .text(user.rawValue), .text(dialect), .text(query.statuses), .text(query.before?.rawValue), .integer(Int64(query.limit)),
        ]
        (statement, values) =
            switch (query.day, query.after) {
            case (nil, nil): (Self.newest, first)
            case (nil, let after?): (Self.oldest, first + [.text(after.rawValue)])
            case (let day?, nil): (Self.newestOfDay, first + [.integer(day.milliseconds)])
            case (let day?, let after?): (Self.oldestOfDay, first + [.text(after.rawValue), .integer(day.milliseconds)])
            }
    }

    private static let newest = selection("jobs_by_user") + ComposedSQL(" ORDER BY number DESC LIMIT ?5")

    /// Order of the page directly after a job: the nearest newer jobs, not the newest of all.
    private static let oldest = selection("jobs_by_user") + newer + ComposedSQL(" ORDER BY number LIMIT ?5")

    private static let newestOfDay =
        selection("jobs_by_time") + ComposedSQL(" AND created_at >= ?6 AND created_at < ?6 + 86400000 ORDER BY number DESC LIMIT ?5")

    private static let oldestOfDay =
        selection("jobs_by_time") + newer + ComposedSQL(" AND created_at >= ?7 AND created_at < ?7 + 86400000 ORDER BY number LIMIT ?5")

    // For an id that does not exist, no job is older or newer.
    private static let newer = ComposedSQL(" AND number > (SELECT number FROM jobs WHERE id = ?6 AND user = ?1)")

    /// - Parameter index: the index that SQLite uses. By itself it may read all jobs of the user in place of a day's.
    private static func selection(_ index: StaticString) -> ComposedSQL {
        ComposedSQL(
            """
            SELECT id, dialect, user, status, created_at, finished_at, request, audio, engines, signing_key, attempts, error,
            notice_status, access_key, keeps_raw, sealed, own_keys, duration FROM jobs INDEXED BY
            """, " ", index,
            """
             WHERE user = ?1 AND dialect = ?2 AND (?3 IS NULL OR status IN (SELECT value FROM json_each(?3)))
            AND (?4 IS NULL OR number < (SELECT number FROM jobs WHERE id = ?4 AND user = ?1))
            """)
    }
}

extension TranscriptionJobQuery {
    /// The wanted statuses as a JSON list; nil: every status.
    fileprivate var statuses: String? {
        guard let wanted = status.map({ [$0] }) ?? (showsDeleted ? nil : TranscriptionJob.Status.allCases.filter { $0 != .deleted }) else {
            return nil
        }
        var json = JSONWriter()
        json.array(wanted.map(\.rawValue))
        return json.text
    }
}
