extension Migration {
    /// Tells deletions of words, after which the index must be written anew, from others.
    static let erasuresOfWords = Migration("ALTER TABLE erasures ADD COLUMN has_words INTEGER NOT NULL DEFAULT 1")

    /// Lets files be announced before they are written. An announced file is deleted from `due_at` on, unless a row names it by then; a file without
    /// that time is deleted at once.
    static let announcedFiles = Migration("ALTER TABLE abandoned_files ADD COLUMN due_at INTEGER")
}
