/// The number of engines that hear a session, and the choice of the words that count.
package enum SessionMode: String, Sendable, CaseIterable {
    /// One engine; another takes over when it fails.
    case failover
    /// Two engines; of each island of speech, what is final first counts.
    case hedged
    /// Two or three engines, whose words are voted on.
    case ensemble
    /// One engine as in `failover`; another hears the same, and what it says is only compared.
    case shadow

    /// Number of engines whose words count at a time.
    package var voices: Int {
        switch self {
        case .failover, .shadow: 1
        case .hedged: 2
        case .ensemble: 3
        }
    }

    /// Minimum number of engines that a session must have.
    package var fewestEngines: Int { self == .failover ? 1 : 2 }
}
