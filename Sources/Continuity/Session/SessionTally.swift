/// Counts of what a session's engines said that changed nothing, from the session's beginning.
package struct SessionTally: Sendable, Equatable {
    /// Finals with words that came when what they are about was settled, and their stream was not listened to any more.
    package var lateFinals = 0
    /// Words of finals that lie where the same engine had committed others: the first text stands.
    package var changedWords = 0

    package init() {}
}
