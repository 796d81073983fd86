import Speech

extension Conversation {
    /// Silence that ends a conversation without a timeout of its own.
    package static let standardTimeout: Duration = .seconds(120)
    /// Maximum time for which a conversation without words waits for a session.
    private static let firstWordsLimit: Duration = .seconds(120)

    /// Returns the time from the end of a conversation's last session to the end of the conversation, if no other session goes on with it.
    ///
    /// - Parameter timeout: silence that ends the conversation; nil: the conversation has no timeout of its own.
    package static func patience(timeout: Duration?, hasWords: Bool) -> Duration {
        let timeout = timeout ?? standardTimeout
        return hasWords ? timeout : min(timeout, firstWordsLimit)
    }
}
