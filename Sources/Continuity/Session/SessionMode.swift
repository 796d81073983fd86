/// How many engines hear a session, and whose words count.
package enum SessionMode: String, Sendable, CaseIterable {
    /// One engine; another takes over when it fails.
    case failover
    /// Two engines; of each island of speech, what is final first counts.
    case hedged
    /// Two or three engines, whose words are voted on.
    case ensemble
}
