extension Migration {
    /// `owner`: the process that works on a job in processing, until `lease_until` unless it renews that; NULL, as rows of earlier versions have it: no
    /// process does. `sealed`: what the order has in secret, encrypted.
    static let jobLeases = Migration(
        "ALTER TABLE jobs ADD COLUMN owner TEXT",
        "ALTER TABLE jobs ADD COLUMN lease_until INTEGER",
        "ALTER TABLE jobs ADD COLUMN sealed BLOB"
    )
}
