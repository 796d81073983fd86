extension Migration {
    /// Lets segments name people and voices that were merged or are gone. A merged person points to the person that it was merged into. A person or a
    /// voice that `is_gone` is none for every reader, and its row stays only until no segment names it.
    static let goneSpeakers = Migration(
        work: "indexes segments by their speakers",
        "ALTER TABLE people ADD COLUMN joined_to INTEGER REFERENCES people (number) ON DELETE CASCADE",
        "ALTER TABLE people ADD COLUMN is_gone INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE voices ADD COLUMN is_gone INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX people_joined ON people (joined_to) WHERE joined_to IS NOT NULL",
        "CREATE INDEX people_gone ON people (number) WHERE is_gone",
        "CREATE INDEX voices_gone ON voices (number) WHERE is_gone",
        // The trigger that follows a change of speaker asks whether the conversation has another segment of the same mark.
        "CREATE INDEX segments_of_marks ON segments (conversation, mark) WHERE mark IS NOT NULL"
    )

    /// Adds the voices whose owner was set while automation had assigned many of their segments otherwise: those up to `last_segment` are given back
    /// to the voice in parts.
    static let reclaimedVoices = Migration(
        """
        CREATE TABLE reclaimed_voices (
            voice INTEGER PRIMARY KEY REFERENCES voices (number) ON DELETE CASCADE,
            last_segment INTEGER NOT NULL
        ) STRICT
        """)

    /// Adds the parts of changes of speakers by hand that are not carried out yet. `speakers` has the ids of segments that a person, the user or
    /// nobody gets, or the former speakers of a restoration.
    static let speakerParts = Migration(
        """
        CREATE TABLE speaker_parts (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
            person INTEGER REFERENCES people (number) ON DELETE CASCADE,
            is_user INTEGER NOT NULL,
            names_voices INTEGER NOT NULL,
            is_restoration INTEGER NOT NULL,
            speakers TEXT NOT NULL
        ) STRICT
        """)

    /// Finds the segments that automation has assigned to others than the voice's owner, without a look at all others of the voice.
    static let assignedSegments = Migration(
        work: "indexes segments by their speakers",
        """
        CREATE INDEX segments_assigned ON segments (voice)
        WHERE voice IS NOT NULL AND (person IS NOT NULL OR is_user) AND identified_by IS DISTINCT FROM 'manual'
        """)
}
