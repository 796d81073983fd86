package import Speech

/// The store of the gaps in sessions' transcripts, by which conversations with a gap are found: see `ConversationQuery.hasGaps`.
package protocol SessionGapStore: Sendable {
    /// Sets the gaps of sessions: the times since each session's start whose words are not known, in order, none of which touches another one. Earlier
    /// gaps of these sessions are replaced; an empty list removes them.
    func setGaps(_ gaps: [ID<Session>: [Range<Duration>]]) async throws(StoreError)

    /// Returns the sessions of all users that have gaps, in the order of their ids, a page at a time.
    ///
    /// - Parameters:
    ///   - after: last session of the page before; nil for the first page.
    ///   - limit: maximum number of sessions. Fewer are returned only at the end.
    func sessionsWithGaps(after: ID<Session>?, limit: Int) async throws(StoreError) -> [ID<Session>]
}
