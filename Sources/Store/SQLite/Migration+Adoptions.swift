extension Migration {
    /// Adds the automatic decisions about owners of voices. `adopted_at` and `adoption_distance` are set while such a decision holds. An owner in
    /// `rejected_owners` does not get the voice automatically again; `person` is NULL for the user.
    static let voiceAdoptions = Migration(
        "ALTER TABLE voices ADD COLUMN adopted_at INTEGER",
        "ALTER TABLE voices ADD COLUMN adoption_distance REAL",
        """
        CREATE TABLE rejected_owners (
            voice INTEGER NOT NULL REFERENCES voices (number) ON DELETE CASCADE,
            person INTEGER REFERENCES people (number) ON DELETE CASCADE
        ) STRICT
        """,
        "CREATE INDEX rejected_owners_of_voices ON rejected_owners (voice)",
        "CREATE INDEX rejected_owners_by_person ON rejected_owners (person) WHERE person IS NOT NULL"
    )
}
