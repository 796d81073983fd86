extension Migration {
    /// Adds columns to jobs. `owner`: process that works on a job until `lease_until`, unless it renews the lease; NULL, also in rows of earlier
    /// versions, when no process works on the job. `sealed`: secret of the order, encrypted.
    static let jobLeases = Migration(
        "ALTER TABLE jobs ADD COLUMN owner TEXT",
        "ALTER TABLE jobs ADD COLUMN lease_until INTEGER",
        "ALTER TABLE jobs ADD COLUMN sealed BLOB"
    )
}
