extension Migration {
    /// A title that somebody wrote stays whatever becomes of the words.
    static let titlesByHand = Migration("ALTER TABLE conversations ADD COLUMN is_titled INTEGER NOT NULL DEFAULT 0")
}
