extension Migration {
    /// Adds the logins of pages that were ended before they expire. `code` is the SHA-256 of the login's sealed bytes.
    static let endedLogins = Migration(
        """
        CREATE TABLE ended_logins (
            code BLOB NOT NULL PRIMARY KEY,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX ended_logins_by_time ON ended_logins (expires_at)"
    )
}
