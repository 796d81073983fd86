extension PostgresMigration {
    /// The enrollments that were rejected. `Migration` has the meaning of the columns.
    static let rejectedEnrollments: [StaticString] = [
        """
        CREATE TABLE rejected_enrollments (
            conversation BIGINT NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            person BIGINT NOT NULL REFERENCES people (number) ON DELETE CASCADE,
            evidence BIGINT NOT NULL,
            PRIMARY KEY (conversation, person)
        )
        """,
        "CREATE INDEX rejected_enrollments_of_people ON rejected_enrollments (person)",
    ]
}
