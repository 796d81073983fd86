extension Migration {
    /// Adds the users whose deletion has begun and not ended.
    static let deletedUsers = Migration(
        "CREATE TABLE deleted_users (user TEXT NOT NULL PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID"
    )
}
