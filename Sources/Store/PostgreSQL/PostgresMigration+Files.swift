extension PostgresMigration {
    /// Files that are announced. `Migration.announcedFiles` has the meaning of the column.
    static let announcedFiles: [StaticString] = ["ALTER TABLE abandoned_files ADD COLUMN due_at BIGINT"]
}
