extension PostgresMigration {
    /// `Migration.erasuresOfWords` has the meaning of the column.
    static let erasuresOfWords: [StaticString] = ["ALTER TABLE erasures ADD COLUMN has_words BOOLEAN NOT NULL DEFAULT TRUE"]

    /// Files that are announced. `Migration.announcedFiles` has the meaning of the column.
    static let announcedFiles: [StaticString] = ["ALTER TABLE abandoned_files ADD COLUMN due_at BIGINT"]
}
