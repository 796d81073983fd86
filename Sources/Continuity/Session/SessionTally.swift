/// Counts of engines' words that had no effect, since the session's beginning.
package struct SessionTally: Sendable, Equatable {
    /// Number of finals with words that came when their audio was settled and their stream was not listened to any more.
    package var lateFinals = 0
    /// Number of words in finals that lie where the same engine had committed other words. The first text stands.
    package var changedWords = 0

    package init() {}
}
