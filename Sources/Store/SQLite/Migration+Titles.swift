extension Migration {
    /// Adds `is_titled`: true if a person wrote the title, which then stays when the words change.
    static let titlesByHand = Migration("ALTER TABLE conversations ADD COLUMN is_titled INTEGER NOT NULL DEFAULT 0")
}
