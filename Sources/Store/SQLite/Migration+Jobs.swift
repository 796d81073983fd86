extension Migration {
    /// Adds columns to jobs. `owner`: process that works on a job until `lease_until`, unless it renews the lease; NULL, also in rows of earlier
    /// versions, when no process works on the job. `sealed`: secret of the order, encrypted.
    static let jobLeases = Migration(
        "ALTER TABLE jobs ADD COLUMN owner TEXT",
        "ALTER TABLE jobs ADD COLUMN lease_until INTEGER",
        "ALTER TABLE jobs ADD COLUMN sealed BLOB"
    )

    /// Adds columns to uploads. `name`: name of a file that its user can list; NULL for an upload that only its address names. `reference`: the
    /// client's own name for the file.
    static let namedUploads = Migration(
        "ALTER TABLE uploads ADD COLUMN name TEXT",
        "ALTER TABLE uploads ADD COLUMN reference TEXT",
        "CREATE INDEX uploads_by_user ON uploads (user, created_at)"
    )

    /// Adds the length of a completed job's recording, in nanoseconds; NULL in rows of earlier versions.
    static let jobDurations = Migration("ALTER TABLE jobs ADD COLUMN duration INTEGER")
}
