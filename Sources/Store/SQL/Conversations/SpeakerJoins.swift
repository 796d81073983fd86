/// The joins by which a segment `s` gets its speaker.
enum SpeakerJoins {
    /// Joins the person of the segment, `p`, the segment's voice, `w`, and the person of the voice, `wp`. A merged person or voice counts as the one
    /// that it was merged into; a person or a voice that is gone counts as none, although segments still name it. A segment of a person who is gone has
    /// no voice either.
    static let of: StaticString = """
        LEFT JOIN people q ON q.number = s.person LEFT JOIN people p ON p.number = coalesce(q.joined_to, q.number) AND NOT p.is_gone
        LEFT JOIN voices v ON v.number = s.voice LEFT JOIN voices w ON w.number = coalesce(v.joined_to, v.number) AND NOT w.is_gone
        AND NOT coalesce(q.is_gone, FALSE)
        LEFT JOIN people wp ON wp.number = w.person
        """

    /// The columns by which `ConversationRow.who` knows the speaker.
    static let columns: StaticString = "p.id, s.is_user, w.id, w.is_user, wp.id"
}
