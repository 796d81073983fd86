extension Migration {
    /// Adds the enrollments that were rejected. `evidence` is a number that changes with the segments and the audio that the enrollment saw, so that it is
    /// repeated only after one of them has changed.
    static let rejectedEnrollments = Migration(
        """
        CREATE TABLE rejected_enrollments (
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            person INTEGER NOT NULL REFERENCES people (number) ON DELETE CASCADE,
            evidence INTEGER NOT NULL,
            PRIMARY KEY (conversation, person)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX rejected_enrollments_of_people ON rejected_enrollments (person)"
    )
}
