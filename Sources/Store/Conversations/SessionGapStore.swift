package import Speech

/// The store of the gaps in sessions' transcripts, by which conversations with a gap are found: see `ConversationQuery.hasGaps`.
package protocol SessionGapStore: Sendable {
    /// Sets the gaps of sessions: the times since each session's start whose words are not known, in order, none of which touches another one. Earlier
    /// gaps of these sessions are replaced; an empty list removes them.
    func setGaps(_ gaps: [ID<Session>: [Range<Duration>]]) async throws(StoreError)
}
